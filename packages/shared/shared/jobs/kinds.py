"""Every kind of job: how long one may take, and how often it is tried."""

from dataclasses import dataclass

CHANNEL_CONNECT = "channel_connect"
CHANNEL_CHECK = "channel_check"
CHANNEL_DISCONNECT = "channel_disconnect"
CHANNEL_FILES = "channel_files"
CHANNEL_PERSON = "channel_person"
KNOWLEDGE_ASK = "knowledge_ask"
KNOWLEDGE_EMBED = "knowledge_embed"
KNOWLEDGE_FETCH = "knowledge_fetch"
KNOWLEDGE_READ = "knowledge_read"
MODEL_KEY_TEST = "model_key_test"
MODELS_HERE = "models_here"


@dataclass(frozen=True, slots=True)
class Kind:
    """`deadline_s` is of one attempt."""

    deadline_s: float
    attempts: int


KINDS = {
    CHANNEL_CONNECT: Kind(deadline_s=30.0, attempts=3),
    CHANNEL_CHECK: Kind(deadline_s=30.0, attempts=2),
    CHANNEL_DISCONNECT: Kind(deadline_s=30.0, attempts=5),
    CHANNEL_FILES: Kind(deadline_s=150.0, attempts=5),
    CHANNEL_PERSON: Kind(deadline_s=30.0, attempts=2),
    KNOWLEDGE_ASK: Kind(deadline_s=80.0, attempts=1),
    KNOWLEDGE_EMBED: Kind(deadline_s=600.0, attempts=3),
    KNOWLEDGE_FETCH: Kind(deadline_s=660.0, attempts=3),
    KNOWLEDGE_READ: Kind(deadline_s=180.0, attempts=3),
    MODEL_KEY_TEST: Kind(deadline_s=15.0, attempts=2),
    MODELS_HERE: Kind(deadline_s=5.0, attempts=1),
}
