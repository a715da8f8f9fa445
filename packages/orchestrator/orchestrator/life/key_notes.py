"""What answers have shown of businesses' keys, written down beside the answers and never before."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

from shared.llm_keys import marking
from shared.llm_keys.states import State
from shared.log import get_logger
from shared.outages import DATABASE_AWAY

from orchestrator.llm.chain import Link

log = get_logger(__name__)

USED_EVERY_S = 60.0
"""That a key works is written down no oftener, by each worker."""
MAX_KNOWN = 1_024
MAX_WRITING = 64


class KeyNotes:
    """Of one event loop. A note that cannot be written is lost: the next answer has another."""

    def __init__(self) -> None:
        self._worked_at: OrderedDict[tuple[UUID, int], float] = OrderedDict()
        self._writing: set[asyncio.Task[None]] = set()

    def failed(self, tenant_id: UUID, link: Link, state: State) -> None:
        assert link.key_id is not None
        self._worked_at.pop((link.key_id, link.version), None)
        log.warning("model_key_failed", key_id=str(link.key_id), state=state)
        self._write(marking.failed_in_use(tenant_id, link.key_id, link.version, state))

    def worked(self, tenant_id: UUID, link: Link) -> None:
        assert link.key_id is not None
        key, now = (link.key_id, link.version), time.monotonic()
        if now - self._worked_at.get(key, -USED_EVERY_S) < USED_EVERY_S:
            return
        self._worked_at[key] = now
        self._worked_at.move_to_end(key)
        while len(self._worked_at) > MAX_KNOWN:
            self._worked_at.popitem(last=False)
        self._write(marking.worked(tenant_id, link.key_id, link.version))

    async def empty(self, within_s: float) -> None:
        """Let what is being written end."""
        if self._writing:
            await asyncio.wait(set(self._writing), timeout=within_s)

    def _write(self, note: Coroutine[Any, Any, None]) -> None:
        if len(self._writing) >= MAX_WRITING:
            note.close()
            return
        task = asyncio.create_task(_written(note))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)


async def _written(note: Coroutine[Any, Any, None]) -> None:
    try:
        await note
    except DATABASE_AWAY as error:
        log.warning("model_key_not_noted", error=type(error).__name__)
    except Exception:
        log.exception("model_key_not_noted")
