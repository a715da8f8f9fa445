"""The web channel's promises again, with real servers: what is stored, published, said first."""

from uuid import UUID

import orjson
import psycopg
import redis.asyncio as aioredis
from orchestrator.pipeline.claim import parse_payload
from orchestrator.tasks import _send_response
from shared.config import settings
from shared.models.message import ChannelType
from shared.redis_keys import webchat_response_key

from tests.support.people import World
from tests.support.servers import Database
from tests.support.stack import Stack


async def test_normalize_web_event(
    stack: Stack, acme: World, superuser: psycopg.Connection
) -> None:
    """What the gateway made of a browser's message is what the worker finds with its run."""
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        await client.say("Where is my order?")
        accepted = await client.expect("accepted")
        await client.expect("response")
    (payload,) = superuser.execute(
        "SELECT payload FROM agent_runs WHERE message_id = %s", (str(accepted.message_id),)
    ).fetchone() or (None,)
    message, extras = parse_payload(payload)
    assert message.id == str(accepted.message_id)
    assert (message.channel, message.tenant_id) == (ChannelType.WEB, str(acme.id))
    assert message.thread_id == str(conversation_id)
    assert message.sender.user_id == str(acme.anna.id)
    assert message.sender.display_name == acme.anna.display_name
    assert message.channel_metadata == {
        "portal_user_id": str(acme.anna.id),
        "tenant_id": str(acme.id),
        "conversation_id": str(conversation_id),
    }
    assert extras == {
        "conversation_id": str(conversation_id),
        "portal_user_id": str(acme.anna.id),
        "tenant_id": str(acme.id),
    }


async def test_send_response_web_publishes_to_redis(database: Database, acme: World) -> None:
    conversation_id = await acme.conversation(acme.anna)
    extras = {"conversation_id": str(conversation_id), "tenant_id": str(acme.id)}
    async with aioredis.from_url(settings.redis.url) as valkey, valkey.pubsub() as pubsub:
        await pubsub.subscribe(webchat_response_key(acme.id, conversation_id))
        assert (await pubsub.get_message(timeout=5))["type"] == "subscribe"
        connections = (await valkey.info("clients"))["connected_clients"]

        await _send_response("web", "In the post.", extras)

        published = await pubsub.get_message(timeout=5)
        assert orjson.loads(published["data"]) == {
            "type": "response",
            "text": "In the post.",
            "conversation_id": str(conversation_id),
        }
        assert (await valkey.info("clients"))["connected_clients"] == connections


async def test_typing_indicator_sent(
    stack: Stack, acme: World, superuser: psycopg.Connection
) -> None:
    """Typing comes while the message cannot even be stored: somebody holds the conversation."""
    conversation_id: UUID = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        with superuser.transaction():
            superuser.execute(
                "SELECT FROM web_conversations WHERE id = %s FOR UPDATE", (conversation_id,)
            )
            await client.say("hello")
            typing = await client.next()
            assert (typing.type, typing.conversation_id) == ("typing", conversation_id)
        assert (await client.next()).type == "accepted"
        await client.expect("response")
