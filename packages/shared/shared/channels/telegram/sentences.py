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

UNDELIVERED: Final[dict[str, str]] = {
    "blocked_by_user": "The person has blocked the bot. Nothing arrives until they unblock it.",
    "user_gone": "The person's Telegram account does not exist any more.",
    "not_started": "A bot cannot write first. The person must open it and press Start.",
    "kicked": "The bot was removed from this group. Somebody must add it again.",
    "no_rights": "The bot may not write in this chat. An admin of the group can allow it.",
    "topic_gone": "The topic in which this was asked was closed or deleted.",
    "chat_not_found": "Telegram does not know this chat (any more).",
    "too_long": "Telegram takes no message as long as this one.",
}
"""Why a message did not arrive and never will."""


def health(code: str, **facts: object) -> str:
    return HEALTH[code].format(**facts)


def unreadable(kind: str, what: str | None = None) -> str:
    """What stands in the conversation instead of it."""
    detail = f" {what}" if what else ""
    return f"[sent {UNREADABLE[kind]}{detail}, which cannot be shown here]"
