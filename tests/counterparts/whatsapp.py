"""Says of each question on standard input, one a line, what pywa makes of it.

`{"webhook": body, "proof": header, "secret": …}`  whether it is genuine, and what pywa reads in it
`{"codes": true}`                                   the codes of errors that pywa knows
`{"send": base_url, "number": …, "token": …, "to": …, "text": …}`  what came of pywa's sending

Runs in an environment of its own.
"""

import json
import logging
import sys
from typing import Any

import httpx
from pywa import WhatsApp, errors, handlers


def answer(question: dict[str, Any]) -> dict[str, Any]:
    if "codes" in question:
        return {"codes": codes()}
    if "send" in question:
        return sent(question)
    return read(question)


def codes() -> list[int]:
    known: set[int] = set()
    kinds = [errors.WhatsAppError]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        known |= {int(code) for code in getattr(kind, "__error_codes__", None) or ()}
    return sorted(known)


def read(question: dict[str, Any]) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    client = WhatsApp(server=None, app_secret=question["secret"], verify_token="x")
    body = question["webhook"].encode()
    if client.webhook_update_validator(body, question["proof"]) is not None:
        return {"genuine": False}
    # pywa reads the first change of a request; ours may have several.
    update = json.loads(body)
    for entry in update["entry"]:
        for change in entry["changes"]:
            one = update | {"entry": [entry | {"changes": [change]}]}
            found += read_one(client, json.dumps(one).encode())
    return {"genuine": True, "read": found}


def read_one(client: WhatsApp, body: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def message(_: WhatsApp, said: Any) -> None:
        found.append(
            {
                "message": said.id,
                "type": str(said.type.value),
                "text": said.text,
                "caption": said.caption,
                "user_id": said.from_user.bsuid,
                "wa_id": said.from_user.wa_id,
                "name": said.from_user.name,
            }
        )

    def status(_: WhatsApp, told: Any) -> None:
        found.append(
            {
                "status": str(told.status.value),
                "message": told.id,
                "code": None if told.error is None else told.error.code,
                "tracker": told.tracker,
            }
        )

    def other(_: WhatsApp, told: Any) -> None:
        found.append({"other": type(told).__name__})

    kinds = {
        handlers.MessageHandler: message,
        handlers.MessageStatusHandler: status,
        handlers.CallbackButtonHandler: other,
        handlers.CallbackSelectionHandler: other,
        handlers.PhoneNumberChangeHandler: other,
    }
    ours = [kind(callback) for kind, callback in kinds.items()]
    client.add_handlers(*ours)
    try:
        client.webhook_update_handler(body)
    finally:
        client.remove_handlers(*ours)
    return found


def sent(question: dict[str, Any]) -> dict[str, Any]:
    client = WhatsApp(phone_id=question["number"], token=question["token"], session=httpx.Client())
    client.api._session.base_url = question["send"]
    try:
        message = client.send_message(
            to=question["to"], text=question["text"], tracker=question.get("tracker")
        )
    except errors.WhatsAppError as error:
        return {"refused": error.code, "as": type(error).__name__}
    return {"id": message.id}


def main() -> None:
    logging.disable()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
