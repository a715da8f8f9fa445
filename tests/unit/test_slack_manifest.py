"""The manifest of a Slack app: what it may do, where its events go, and that Slack takes it."""

import json
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from shared.channels.slack.manifest import BOT_EVENTS, NEEDED, creation_link, manifest

from tests.support.cli import konstruct


def test_events_go_to_one_address_or_over_a_socket_or_nowhere_yet() -> None:
    by_http = manifest("Ada", events_url="https://k.example/channels/slack/events")["settings"]
    assert by_http["event_subscriptions"]["request_url"].endswith("/events")
    assert not by_http["socket_mode_enabled"]
    by_socket = manifest("Ada", socket_mode=True)["settings"]
    assert by_socket["event_subscriptions"] == {"bot_events": list(BOT_EVENTS)}
    assert by_socket["socket_mode_enabled"]
    assert "event_subscriptions" not in manifest("Ada")["settings"]


def test_it_may_do_what_answering_needs_and_nothing_in_others_names() -> None:
    made = manifest("Ada")
    scopes = made["oauth_config"]["scopes"]
    assert set(scopes) == {"bot"}, "it never acts for a person"
    assert set(scopes["bot"]) >= NEEDED
    assert not any(scope.startswith(("admin", "chat:write.")) for scope in scopes["bot"])


def test_slack_s_limits_are_kept() -> None:
    shown = manifest("Ada " * 100)["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140


def test_a_link_fills_in_slack_s_page() -> None:
    made = manifest("Ada & Söhne", socket_mode=True)
    said = parse_qs(urlsplit(creation_link(made)).query)
    assert json.loads(said["manifest_json"][0]) == made


def test_the_command_prints_it_and_says_how_to_go_on(
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_PUBLIC_URL", "https://k.example")
    connection = uuid4()
    ran = konstruct("channel", "manifest", "slack", "--name", "Ada", "--connection", connection)
    assert ran.code == 0, ran.err
    made = json.loads(ran.out)
    told = made["settings"]["event_subscriptions"]
    assert told["request_url"] == f"https://k.example/channels/slack/{connection}"
    assert "App Manifest" in ran.err
    ran = konstruct("channel", "manifest", "slack", "--json")
    assert (json.loads(ran.out)["display_information"]["name"], ran.err) == ("Konstruct", "")
    assert konstruct("channel", "manifest", "whatsapp").code == 1
    assert konstruct("channel", "manifest", "slack", "--shared", "--socket-mode").code == 1
