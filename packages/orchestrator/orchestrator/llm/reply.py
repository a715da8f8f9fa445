"""Gathers a completion's chunks: text, tool calls, reason to stop, usage.

It reads chunks that are not quite OpenAI's: text as a string or a list of parts, in a `delta` or,
when the answer came whole, in a `message`; other names for the reasons to stop; usage counts that
are no numbers.
"""

from collections.abc import Mapping
from typing import Any

from orchestrator.llm import failures
from orchestrator.llm.characters import Joiner
from orchestrator.llm.event_stream import DONE
from orchestrator.llm.failures import ModelFailure
from orchestrator.llm.prompt import Usage
from orchestrator.llm.refusals import refused_in_stream
from orchestrator.llm.thoughts import ThoughtFilter

MAX_TOKENS_COUNTED = 100_000_000
"""A larger count is not believed."""
REASONS = {
    "length": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "tool_use": "tool_calls",
}
"""Any other name means that the model stopped by itself."""


class Reply:
    """`take` chunks as they come. Its results, and that of `end`, are the answer's text."""

    def __init__(self, key: str = "") -> None:
        self._key = key
        self._characters = Joiner()
        self._thoughts = ThoughtFilter()
        self.usage = Usage()
        self.began = False
        """Whether the model has said or thought anything."""
        self.done = False
        """Whether the server has sent the end."""
        self.finish_reason: str | None = None
        """One of `REASONS`, or `stop`."""
        self.failure: ModelFailure | None = None
        """The error that came instead of more text."""
        self.first: Mapping[str, Any] = {}
        """The first chunk, which has the answer's id and model."""
        self.calls: list[dict[str, Any]] = []
        """Deltas of tool calls; the reader takes them away."""
        self._calls_begun = 0
        self._says_something = False
        self._calls_something = False
        self._refuses = False

    def take(self, chunks: list[Any]) -> str:
        """The text of these chunks, up to the first that is an error."""
        said: list[str] = []
        try:
            for chunk in chunks:
                said += self._take(chunk)
        except ModelFailure as failure:
            self.failure = failure
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            self.failure = failures.ModelGarbage()
            self.failure.__cause__ = error
        return self._visible("".join(said))

    def end(self) -> str:
        """The rest of the text, when nothing more comes."""
        text = self._thoughts.feed(self._characters.finish())
        text += self._thoughts.finish(cut=self.finish_reason == "length")
        self._note(text)
        return text

    def check(self) -> None:
        """Raise if the whole answer is not valid."""
        if self.failure is not None:
            raise self.failure
        if self.finish_reason is None and not self.done:
            raise failures.ModelCut if self.began else failures.ModelGarbage
        check_answer(
            self.finish_reason,
            says_something=self._says_something,
            calls_something=self._calls_something,
            refuses=self._refuses,
        )
        self.finish_reason = self.finish_reason or "stop"

    def _take(self, chunk: Any) -> list[str]:
        if chunk is DONE:
            self.done = True
            return []
        if chunk.get("error") or chunk.get("object") == "error":
            raise refused_in_stream(chunk.get("error") or chunk, key=self._key)
        if used := chunk.get("usage"):
            self.usage = usage_of(used) or self.usage
        self.first = self.first or chunk
        texts: list[str] = []
        for choice in chunk.get("choices") or ():
            if choice.get("index"):  # a second answer, which we did not ask for
                continue
            delta = choice.get("delta") or choice.get("message") or {}
            for name, value in delta.items():
                if name == "content" and isinstance(value, str):
                    texts.append(value)
                elif value and name != "role":
                    self._hear(name, value, texts)
            if reason := choice.get("finish_reason"):
                self._finish(str(reason))
        self.began = self.began or any(texts)
        return texts

    def _hear(self, name: str, value: Any, texts: list[str]) -> None:
        self.began = True
        if name == "content":
            texts += self._parts(value)
        elif name == "tool_calls":
            self._calls_something = True
            self.calls += map(self._call, value)
        elif name == "refusal":
            self._refuses = True

    def _parts(self, parts: Any) -> list[str]:
        texts = []
        for part in parts if isinstance(parts, list) else [parts]:
            if isinstance(part, str):
                texts.append(part)
            elif part.get("type", "text") in ("text", "output_text"):
                texts.append(str(part.get("text") or ""))
        return texts

    def _call(self, call: dict[str, Any]) -> dict[str, Any]:
        """Collect a delta of a tool call. Not all servers send its index."""
        if call.get("id"):
            self._calls_begun += 1
        index = call.get("index")
        return call if isinstance(index, int) else call | {"index": max(0, self._calls_begun - 1)}

    def _finish(self, reason: str) -> None:
        if reason == "error":
            raise failures.ModelBroken
        self.finish_reason = REASONS.get(reason.lower(), "stop")

    def _visible(self, text: str) -> str:
        if text:
            text = self._thoughts.feed(self._characters.feed(text))
            self._note(text)
        return text

    def _note(self, text: str) -> None:
        self._says_something = self._says_something or not (not text or text.isspace())


def check_answer(
    finish_reason: str | None,
    *,
    says_something: bool,
    calls_something: bool = False,
    refuses: bool = False,
) -> None:
    """Raise if this is no valid answer. Used for every way of reading a model."""
    if finish_reason == "content_filter" or (refuses and not says_something):
        raise failures.ModelDeclined
    if says_something or calls_something:
        return
    raise failures.ModelOnlyThought if finish_reason == "length" else failures.ModelEmpty


def usage_of(told: Any) -> Usage | None:
    """The usage of an answer, as far as it is readable."""
    if not isinstance(told, dict):
        return None
    return Usage(count_of(told.get("prompt_tokens")), count_of(told.get("completion_tokens")))


def count_of(told: Any) -> int:
    """A count of tokens; 0 if it is not plausible."""
    try:
        count = int(told)
    except (ValueError, TypeError, OverflowError):
        return 0
    return count if 0 < count <= MAX_TOKENS_COUNTED else 0
