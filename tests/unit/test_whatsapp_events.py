"""What Meta posts is read as what happened, whoever is named in whatever way."""

import time
from typing import Any
from uuid import uuid4

import orjson
import pytest
from gateway.channels.reader import Handshake, Raw
from gateway.channels.whatsapp import READER, normalize_whatsapp_event
from shared.channels.accounts import Account
from shared.channels.events import AddressChanged, Ignored, Inbound, Lifecycle, Reported
from shared.conversations.receive import Heard
from shared.models.message import ChannelType

NUMBER, OTHER = "106540352242922", "106540352242923"
ACCOUNT = Account(
    id=uuid4(),
    tenant_id=uuid4(),
    agent_id=uuid4(),
    channel="whatsapp",
    external_key=NUMBER,
    state="live",
    credentials={},
    settings={"scope": "cake", "own_id": "15550783881"},
)
MIA = {"profile": {"name": "Mia"}, "wa_id": "16505551234", "user_id": "US.1"}


def value(number: str = NUMBER, **more: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "15550783881", "phone_number_id": number}
    return {"messaging_product": "whatsapp", "metadata": metadata, **more}


def message(**more: Any) -> dict[str, Any]:
    return {
        "from": "16505551234",
        "from_user_id": "US.1",
        "id": "wamid.1",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": "hi"},
    } | more


def raw(*values: dict[str, Any], field: str = "messages") -> Raw:
    entry = [
        {"id": f"10{n}", "changes": [{"value": each, "field": field}]}
        for n, each in enumerate(values)
    ]
    body = {"object": "whatsapp_business_account", "entry": entry}
    return Raw("POST", {}, {}, orjson.dumps(body))


def read(*values: dict[str, Any], field: str = "messages") -> list[Inbound]:
    return READER.read(raw(*values, field=field), ACCOUNT)


def said(**more: Any) -> Inbound:
    (event,) = read(value(contacts=[MIA], messages=[message(**more)]))
    return event


def test_a_message_is_normalized() -> None:
    told = normalize_whatsapp_event(value(contacts=[MIA], messages=[message()]), ACCOUNT)
    assert told.channel is ChannelType.WHATSAPP
    assert (told.sender.user_id, told.sender.display_name) == ("US.1", "Mia")
    assert told.content.text == "hi"
    assert told.channel_metadata["external_message_id"] == "wamid.1"
    with pytest.raises(ValueError, match="no message"):
        normalize_whatsapp_event(value(statuses=[]), ACCOUNT)


@pytest.mark.parametrize(
    ("contact", "author", "known"),
    [
        (MIA, {}, ("US.1", "16505551234", "Mia")),
        ({"profile": {"name": "Mia"}, "user_id": "US.1"}, {"from": None}, ("US.1", None, "Mia")),
        # As before business-scoped ids.
        (
            {"profile": {"name": "Mia"}, "wa_id": "16505551234"},
            {"from_user_id": None},
            ("16505551234", "16505551234", "Mia"),
        ),
        ({"profile": {}, "user_id": "US.1"}, {}, ("US.1", "16505551234", None)),
    ],
)
def test_who_wrote_is_known_by_the_business_scoped_id_first(
    contact: dict[str, Any], author: dict[str, Any], known: tuple[str, ...]
) -> None:
    (event,) = read(value(contacts=[contact], messages=[message(**author)]))
    assert isinstance(event, Heard)
    its = event.author
    assert (its.external_id, its.number, its.display_name) == known
    assert event.extras == {"phone_number_id": NUMBER, "to": its.external_id, "scope": "cake"}


def test_of_a_request_for_several_numbers_each_reads_its_own() -> None:
    both = (
        value(OTHER, contacts=[MIA], messages=[message(id="wamid.other")]),
        value(contacts=[MIA], messages=[message()]),
    )
    assert READER.claim(raw(*both)) == [OTHER, NUMBER]
    (event,) = read(*both)
    assert isinstance(event, Heard)
    assert event.told.external_message_id == "wamid.1"


@pytest.mark.parametrize(
    ("kind", "content", "text", "files"),
    [
        ("text", {"text": {"body": "cake?"}}, "cake?", 0),
        ("image", {"image": {"id": "1", "mime_type": "image/png", "caption": "x"}}, "x", 1),
        ("audio", {"audio": {"id": "1", "mime_type": "audio/ogg; codecs=opus"}}, "", 1),
        ("sticker", {"sticker": {"id": "1", "mime_type": "image/webp"}}, "", 1),
        ("button", {"button": {"payload": "p", "text": "Yes"}}, "Yes", 0),
        ("poll", {}, "[a message of a kind that cannot be read here (poll)]", 0),
        (
            "order",
            {
                "order": {
                    "catalog_id": "1",
                    "text": "soon",
                    "product_items": [
                        {
                            "product_retailer_id": "c1",
                            "quantity": 2,
                            "item_price": 30,
                            "currency": "USD",
                        }
                    ],
                }
            },
            "soon\n[order: 2 x c1 at 30 USD]",
            0,
        ),
    ],
)
def test_each_kind_says_what_it_is(
    kind: str, content: dict[str, Any], text: str, files: int
) -> None:
    told = message(type=kind)
    del told["text"]
    (event,) = read(value(contacts=[MIA], messages=[told | content]))
    assert isinstance(event, Heard)
    assert (event.text, len(event.files)) == (text, files)


def test_a_document_keeps_its_name() -> None:
    event = said(
        type="document",
        document={"id": "9", "mime_type": "application/pdf", "filename": "prices.pdf"},
    )
    assert isinstance(event, Heard)
    (file,) = event.files
    assert (file.id, file.name, file.mime) == ("9", "prices.pdf", "application/pdf")


def test_what_is_nobody_s_question_is_passed_over() -> None:
    assert said(type="reaction", reaction={}) == Ignored("reaction")
    assert said(group_id="g") == Ignored("group")
    assert said(type="system", system={"type": "other"}) == Ignored("system_message")
    echoes = read(value(messages=[message()]), field="smb_message_echoes")
    assert echoes == [Ignored("field_smb_message_echoes")]


def test_who_changes_the_number_is_told_by_both_ids() -> None:
    system = {"type": "user_changed_number", "wa_id": "16500000000"}
    moved = said(type="system", system=system | {"user_id": "US.2", "previous_user_id": "US.1"})
    assert moved == AddressChanged("US.1", "US.2", "16500000000")
    assert said(type="system", system=system) == AddressChanged(
        "16505551234", "16500000000", "16500000000"
    )


def reported(**more: Any) -> list[Inbound]:
    status = {"id": "wamid.2", "status": "sent", "timestamp": "1795730882", "recipient_id": "1"}
    return read(value(statuses=[status | more]))


def test_reports_name_the_delivery_and_why_it_failed() -> None:
    (sent,) = reported(biz_opaque_callback_data="key")
    assert isinstance(sent, Reported)
    assert (sent.external_id, sent.state, sent.key) == ("wamid.2", "sent", "key")
    (failed,) = reported(status="failed", errors=[{"code": 131026}])
    assert isinstance(failed, Reported)
    assert (failed.state, failed.code, failed.again_after_s) == ("failed", "131026", None)
    (later,) = reported(status="failed", errors=[{"code": 131056}])
    assert isinstance(later, Reported)
    assert later.again_after_s == 6.0
    account, waits = reported(status="failed", errors=[{"code": 131031}])
    assert account == Lifecycle("131031")
    assert isinstance(waits, Reported)
    assert waits.again_after_s, "it leaves once somebody has done something about the account"
    assert reported(status="played") == [Ignored("status_played")]
    (bare,) = reported(status="failed")
    assert isinstance(bare, Reported)
    assert bare.code == "failed"


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"null", b"{}", b'{"object":"page","entry":[]}'),
        *(b'{"object":1,"entry":[{}]}', b'{"object":"whatsapp_business_account","entry":1}'),
        b'{"object":"whatsapp_business_account","entry":[{"changes":[1]}]}',
    ],
)
def test_what_is_not_meta_s_cannot_be_read(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - orjson's own among them
        READER.claim(Raw("POST", {}, {}, body))


def test_a_greeting_is_answered_with_its_challenge() -> None:
    greeted = READER.claim(Raw("GET", {"hub.challenge": "<b>1</b>"}, {}, b""))
    assert greeted == Handshake("<b>1</b>", "text/plain")
