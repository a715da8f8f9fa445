"""Slack's own writing as plain text: mentions, channels and links in angle brackets, three escapes.

The bot's own mention is left out, since it is only how somebody turns to it.
"""

import re

_BRACKETS = re.compile(r"<([^<>]+)>")


def plain(text: str, bot_user_id: str | None) -> str:
    """What a person reads."""
    if bot_user_id:
        text = text.replace(f"<@{bot_user_id}>", " ")
        text = re.sub(rf"<@{re.escape(bot_user_id)}\|[^<>]*>", " ", text)
    text = _BRACKETS.sub(lambda found: _within_brackets(found.group(1)), text)
    for escape, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(escape, character)
    return text.replace("\0", "").strip()


def _within_brackets(said: str) -> str:
    target, bar, label = said.partition("|")
    match target[:1]:
        case "@":
            return f"@{label or target[1:]}"
        case "#":
            return f"#{label or target[1:]}"
        case "!":
            return label or f"@{target[1:].partition('^')[0]}"
        case _:
            if not bar or label == target or target.removeprefix("mailto:") == label:
                return label or target
            return f"{label} ({target})"


def mentions(text: str, bot_user_id: str | None) -> bool:
    """Whether it turns to the bot."""
    return bool(bot_user_id) and (f"<@{bot_user_id}>" in text or f"<@{bot_user_id}|" in text)
