"""The capacity model's arithmetic, and that what is deployed keeps to it."""

import json
import re
import sys
from dataclasses import replace
from unittest.mock import patch

import pytest
from shared.config import read_settings
from shared.db.connection_room import BESIDE_POOLS, PROCESSES_OF_UP, wanted

from benchmarks.million import Costs, Limits, Model, People, main, with_settings
from tests.support.deploy import DEPLOY, documents
from tests.support.servers import ROOT

MODEL = Model()


def test_twice_the_sockets_are_twice_the_work() -> None:
    one, two = MODEL.plan(50_000), MODEL.plan(100_000)
    for linear in ("messages_per_s", "answers_at_once", "frames_per_s", "valkey_cores",
                   "valkey_mib", "network_mbit"):  # fmt: skip
        assert getattr(two, linear) == pytest.approx(2 * getattr(one, linear)), linear
    assert two.gateways == pytest.approx(2 * one.gateways, abs=1)
    assert two.workers == pytest.approx(2 * one.workers, abs=1)


def test_what_every_worker_does_for_every_stop_grows_with_the_square() -> None:
    one, ten = MODEL.plan(100_000), MODEL.plan(1_000_000)
    assert ten.stop_looks_per_s == pytest.approx(100 * one.stop_looks_per_s, rel=0.1)


def test_a_plan_by_hand() -> None:
    """3,600 people, one question an hour each: one a second, 6 s long at 12.5 frames a second."""
    model = Model(people=People(messages_per_hour=1, tokens=300, tokens_per_s=50, stops=0))
    plan = model.plan(3_600)
    assert plan.messages_per_s == 1
    assert plan.answers_at_once == pytest.approx(7)
    assert plan.frames_per_s == pytest.approx(75)
    assert plan.valkey_cores == pytest.approx(0.00011 + 75 * 25e-6)
    assert plan.commits_per_s == pytest.approx(3 + 2 * 1.4)
    assert plan.network_mbit == pytest.approx(75 * 165 * 8 / 1e6)
    assert (plan.gateways, plan.workers, plan.connections) == (2, 2, 80)
    assert plan.gateways_because_of == "one to spare"
    assert plan.back_after_outage_s == pytest.approx(1_800 * 0.0025)


@pytest.mark.parametrize(
    ("costs", "limits", "why"),
    [
        (Costs(socket_kib=1_000), Limits(), "memory"),
        (Costs(frame_gateway_us=20_000), Limits(), "CPU"),
        (Costs(), Limits(back_within_s=5), "reconnecting"),
    ],
)
def test_gateways_are_as_many_as_what_gives_first_asks_for(
    costs: Costs, limits: Limits, why: str
) -> None:
    assert Model(costs=costs, limits=limits).plan(100_000).gateways_because_of == why


def test_nobody_waits_longer_than_was_planned_for_after_an_outage() -> None:
    for sockets in (1_000, 10_000, 123_456, 1_000_000):
        assert MODEL.plan(sockets).back_after_outage_s <= MODEL.limits.back_within_s


def test_a_part_is_full_where_it_is_said_to_be_and_not_before() -> None:
    full_at = MODEL.full_at()
    assert list(full_at.values()) == sorted(full_at.values())
    for part, sockets in full_at.items():
        assert MODEL.plan(sockets).full[part] >= 1
        assert MODEL.plan(sockets - 1).full[part] < 1


def test_twice_the_limit_is_reached_with_twice_the_sockets() -> None:
    doubled = Model(limits=replace(MODEL.limits, valkey_core=2 * MODEL.limits.valkey_core))
    before, after = MODEL.full_at(), doubled.full_at()
    assert after["Valkey: one core"] == pytest.approx(2 * before["Valkey: one core"], rel=0.001)


def test_any_parameter_can_be_set_and_no_other() -> None:
    model = with_settings(MODEL, ["socket_kib=20", "messages_per_hour=12", "connections=2000"])
    assert model.costs.socket_kib == 20
    assert model.people.messages_per_hour == 12
    assert model.limits.connections == 2000
    with pytest.raises(ValueError, match="'sockts' is no parameter"):
        with_settings(MODEL, ["sockts=1"])


def test_a_script_reads_json(capsys: pytest.CaptureFixture[str]) -> None:
    with patch.object(sys, "argv", ["million", "--sockets", "1000", "--json"]):
        assert main() == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["plans"][0]["sockets"] == 1_000
    assert printed["full_at"]


def test_workers_are_added_before_they_are_full() -> None:
    [scaled] = documents(DEPLOY / "kubernetes" / "autoscaling" / "worker.yaml")
    threshold = int(scaled["spec"]["triggers"][0]["metadata"]["threshold"])
    assert threshold <= MODEL.answers_at_once_per_worker() < 2 * threshold


def test_connections_are_one_sum_wherever_they_are_spoken_of() -> None:
    pool, of_up = (
        read_settings().database.pool_size,
        wanted(PROCESSES_OF_UP, read_settings().database.pool_size),
    )
    assert MODEL.limits.pool == pool
    sizing = (ROOT / "docs" / "sizing.md").read_text()
    assert f"| {PROCESSES_OF_UP} | {of_up}, which is what it sets |" in sizing
    assert f"`KONSTRUCT_DATABASE_POOL_SIZE` ({pool}) + {BESIDE_POOLS} beside them" in sizing
    compose = (DEPLOY / "compose" / "compose.yaml").read_text()
    [allowed] = map(int, re.findall(r"max_connections=(\d+)", compose))
    assert (
        f"| 4 | {wanted(4, pool)}; it sets {allowed}, so up to {(allowed - BESIDE_POOLS) // pool} |"
        in sizing
    )
    [large] = re.findall(r"commits a second, connections \|.*, (\d+) \|$", sizing, re.MULTILINE)
    assert int(large) == MODEL.plan(100_000).connections
