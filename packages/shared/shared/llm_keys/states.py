"""What is known of a key, in one word, and the sentence a person reads."""

from typing import Literal, get_args

State = Literal[
    "untested", "ok", "refused", "no_quota", "no_model", "unreachable", "blocked_address",
    "unreadable",
]  # fmt: skip
STATES: tuple[State, ...] = get_args(State)

SENTENCES: dict[State, str] = {
    "untested": "It has not been tested yet.",
    "ok": "It works.",
    "refused": "The provider refuses this key. Copy it once more, or make a new one there.",
    "no_quota": "The provider knows this key, but its quota or credit is used up. Top it up there.",
    "no_model": "The provider knows this key, but not the model. Choose another model.",
    "unreachable": "Nobody answers as a model at this address. Check it; it often ends in /v1.",
    "blocked_address": (
        "This address is not reached from here: it is no public https address. Whoever runs "
        "Konstruct can allow it with KONSTRUCT_EGRESS_ALLOW."
    ),
    "unreadable": (
        "This key cannot be read any more, and was sent to nobody. Paste it anew; or whoever runs "
        "Konstruct puts the lost key of the installation back."
    ),
}
