"""The processes as tests run them: a message goes in at one gateway and its answer comes out."""

from tests.support.chat_client import ChatClient
from tests.support.people import World
from tests.support.stack import Stack


async def test_a_message_is_answered_through_real_processes(stack: Stack, acme: World) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        await client.say('[[model: text="Hello, Anna. How are you?" rate=10]] hello', "first")
        assert (await client.next()).type == "typing"
        accepted = await client.expect("accepted", client_message_id="first")
        response = await client.expect("response", reply_to=accepted.message_id)
        assert (response.text, response.status) == ("Hello, Anna. How are you?", "complete")
        streamed = client.streamed(accepted.message_id)
        assert streamed
        assert response.text.startswith(streamed), "the last words may come with the whole answer"


async def test_another_gateway_shows_the_same_conversation(stack: Stack, acme: World) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        response = await client.ask("hello")
    async with await stack.connect(acme.anna, conversation_id, gateway=1, last_seq=0) as other:
        assert [message.seq for message in other.of_type("message")] == [1, 2]
        assert other.frames[-2].content == response.text


async def test_a_socket_of_a_stranger_is_closed(stack: Stack, acme: World, globex: World) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with await ChatClient.open(stack.gateways[0].socket_url(conversation_id)) as client:
        await client.send(globex.anna.auth_frame())
        assert await client.closed() == 4404
