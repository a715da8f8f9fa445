"""Where a gateway says it is, a browser opens the page and may talk; elsewhere it is told why."""

import httpx
import pytest
from shared.config import settings
from websockets.exceptions import InvalidStatus

from tests.support.chat_client import ChatClient
from tests.support.gateway_here import gateway_here
from tests.support.people import World


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "0.0.0.0", "::", "localhost"])
async def test_at_the_printed_address_a_browser_may_talk(
    settings_of_its_own: pytest.MonkeyPatch, acme: World, host: str
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    allowed = "https://Chat.Example.com:443/, http://müller.example"
    known = {"host": host, "allowed_origins": allowed, "public_url": "https://people.example"}
    async with gateway_here(settings_of_its_own, **known) as gateway:
        async with httpx.AsyncClient(base_url=gateway.url) as browser:
            policy = (await browser.get("/healthz")).headers["content-security-policy"]
            assert "[" not in policy
        for origin in (
            settings.gateway.local_url(),
            f"http://localhost:{gateway.port}",
            f"http://[::1]:{gateway.port}",
            "https://chat.example.com",
            "http://xn--mller-kva.example",
            "https://people.example",
        ):
            url = gateway.socket_url(conversation_id)
            async with await ChatClient.open(url, origin=origin) as client:
                await client.send(acme.anna.auth_frame())
                await client.expect("ready")


async def test_a_page_from_elsewhere_is_told_so_at_the_log_in_and_the_operator_in_the_log(
    settings_of_its_own: pytest.MonkeyPatch, acme: World, capfd: pytest.CaptureFixture[str]
) -> None:
    elsewhere = "http://192.168.1.5:8000"
    async with (
        gateway_here(settings_of_its_own, host="0.0.0.0") as gateway,
        httpx.AsyncClient(base_url=gateway.url, headers={"Origin": elsewhere}) as browser,
    ):
        for path in ("login", "refresh", "logout"):
            body = {"email": acme.anna.email, "password": "is not even looked at"}
            answer = await browser.post(f"/api/portal/auth/{path}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused"), path
            assert elsewhere in answer.json()["detail"]
            assert "KONSTRUCT_ALLOWED_ORIGINS" in answer.json()["detail"]
        with pytest.raises(InvalidStatus):
            await ChatClient.open(gateway.socket_url(acme.id), origin=elsewhere)
    said = "".join(capfd.readouterr())
    assert said.count("origin_refused") == 4
    assert elsewhere in said
