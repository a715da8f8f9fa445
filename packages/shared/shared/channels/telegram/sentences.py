"""What people are told about Telegram, by code, and how we call what cannot be read here."""

from typing import Final

UNREADABLE: Final[dict[str, str]] = {
    "sticker": "a sticker",
    "location": "a location",
    "venue": "a place on the map",
    "contact": "a contact",
    "poll": "a poll",
    "dice": "a dice",
    "game": "a game",
    "story": "a story",
    "checklist": "a checklist",
    "paid_media": "paid media",
    "invoice": "an invoice",
    "rich_message": "a rich message",
    "giveaway": "a giveaway",
}
"""Kinds of message without text or file, by the Bot API's name."""

HEALTH: Final[dict[str, str]] = {
    "token_revoked": "Telegram does not take this bot's token (any more). Open @BotFather, send "
    "/mybots, choose the bot, then API Token, and connect it with the token you see there.",
    "another_account": "This token is now another bot's. Connect the bot anew.",
    "webhook_elsewhere": "Another program receives this bot's messages at {where}. Stop it there, "
    "then disconnect the bot here and connect it again. A bot can be used by one program alone.",
    "polled_elsewhere": "Another program asks for this bot's messages, too, so that some go there. "
    "Stop it. If you cannot find it, send /revoke to @BotFather and connect with the new token.",
    "not_reached": "Telegram cannot reach us: {why}. {waiting} messages wait there. Ask whoever "
    "runs this installation whether KONSTRUCT_PUBLIC_URL can be reached from outside, with https.",
    "webhook_refused": "Telegram does not take our address for its messages: {why}. It must be "
    "https and reachable from outside: ask whoever runs this installation about "
    "KONSTRUCT_PUBLIC_URL. Without one, Konstruct asks Telegram for messages itself.",
}


def health(code: str, **facts: object) -> str:
    return HEALTH[code].format(**facts)


def unreadable(kind: str, what: str | None = None) -> str:
    """What stands in the conversation instead of it."""
    detail = f" {what}" if what else ""
    return f"[sent {UNREADABLE[kind]}{detail}, which cannot be shown here]"
