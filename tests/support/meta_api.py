"""Meta's own description of the WhatsApp API, as schemas that a fake and an adapter are held to.

The description is of version 23, before people could be known by an id alone, and was joined from
several files whose names collide. What has to be corrected for that is here, each with its reason.
"""

import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from orchestrator.scripted_whatsapp.server import Exchange

from tests.support.counterparts import DESCRIPTIONS
from tests.support.servers import ROOT

NAME = "whatsapp-business-messaging-v23.0.yaml"
INCOMING = (
    *("TextMessage_2", "ReactionMessage_1", "AudioMessage_1", "DocumentMessage_1"),
    *("ImageMessage_1", "StickerMessage_1", "VideoMessage_1", "LocationMessage_1"),
    *("ContactSharingMessage", "UnsupportedMessage", "ButtonMessage", "InteractiveMessageReply"),
    "OrderMessage",
)
OUTGOING = ("TextMessage", "TemplateMessage")


class MetaApi:
    def __init__(self) -> None:
        directory = Path(os.environ.get(DESCRIPTIONS) or ROOT.parent / "shared" / "specs")
        if not (directory / NAME).is_file():
            pytest.skip(f"there is no {NAME} in {directory}: name its directory in {DESCRIPTIONS}")
        described = yaml.load((directory / NAME).read_bytes(), yaml.CSafeLoader)
        self._components = {"schemas": described["components"]["schemas"]}
        self._correct(self._components["schemas"])

    def wrong_webhook(self, body: dict[str, Any]) -> list[str]:
        return self._wrong("WebhookPayload", body)

    def wrong_exchange(self, exchange: Exchange) -> list[str]:
        """What is wrong with a request, and with its answer."""
        path = re.sub(r"^/v[0-9.]+", "", exchange.path)
        asked, answered = self._schemas(exchange.method, path, exchange.asked)
        wrong = self._wrong(asked, exchange.asked) if asked else []
        if exchange.status >= 400:
            return wrong + self._wrong("GraphAPIError", exchange.answered)
        return wrong + (self._wrong(answered, exchange.answered) if answered else [])

    def _schemas(self, method: str, path: str, asked: Any) -> tuple[str | None, str | None]:
        match method, path.rpartition("/")[2]:
            case "POST", "messages" if asked.get("status") == "read":
                return "MarkMessageRequestPayload", "MarkMessageResponsePayload"
            case "POST", "messages":
                return "Message", "MessageResponsePayload"
            case "POST", "subscribed_apps":
                return None, "SubscriptionResponse"
            case "GET", "subscribed_apps":
                return None, "SubscribedAppsResponse"
            case "GET", "whatsapp_business_profile":
                return None, None
            case "POST", _:
                return "PhoneNumberStatusUpdateRequest", "SuccessResponse"
            case _:
                return None, "PhoneNumberInfo"

    def _wrong(self, name: str, said: Any) -> list[str]:
        schema = {"$ref": f"#/components/schemas/{name}", "components": self._components}
        validator = jsonschema.Draft202012Validator(schema)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(said)]

    @staticmethod
    def _correct(schemas: dict[str, Any]) -> None:
        # A message's own properties are closed beside the common ones, so that none would be
        # valid. They are closed as a whole, with what came since: `recipient`, and our key.
        common = schemas["BaseMessageProperties"]
        common["required"].remove("to")
        common["anyOf"] = [{"required": ["to"]}, {"required": ["recipient"]}]
        common["properties"] |= {
            "recipient": {"type": "string", "pattern": r"^[A-Z]{2}\."},
            "biz_opaque_callback_data": {"type": "string", "maxLength": 512},
        }
        common["properties"]["to"]["pattern"] = r"^\+?[0-9]+$"
        for name in OUTGOING:
            schemas[name]["allOf"][1].pop("additionalProperties", None)
            schemas[name]["unevaluatedProperties"] = False
        schemas["Message"] = {"oneOf": [_ref(name) for name in OUTGOING]}
        # Of two things of one name, incoming ones were meant here.
        theirs = schemas["BaseMessageProperties_1"]
        theirs["required"] = ["id", "timestamp"]  # `from` is absent of whoever has a user name
        for name in (*INCOMING, "SystemMessage"):
            schemas[name]["allOf"][0] = _ref("BaseMessageProperties_1")
        schemas["IncomingMessage"] = {"oneOf": [_ref(name) for name in INCOMING]}
        own = schemas["UnsupportedMessage"]["allOf"][1]["properties"]
        own["errors"]["items"] = _ref("ErrorObject_2")
        own = schemas["ContactSharingMessage"]["allOf"][1]["properties"]
        own["contacts"]["items"] = _ref("ContactObject_1")
        # A person may change their id alone.
        kinds = schemas["SystemMessage"]["allOf"][1]["properties"]["system"]["properties"]["type"]
        kinds["enum"].append("user_changed_user_id")


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
