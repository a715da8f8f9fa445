"""The child: reads one document from standard input, writes what it gave to standard output.

In comes a line of JSON (`name`, `mime`, `parent`) and then the document. Out goes one JSON object:
`text`, `title`, `language`, `unread_pages`; or `code` and `sentence`. With `facts` for a page of
the web.
"""

import json
import sys
from dataclasses import asdict
from pathlib import PurePath
from typing import Any

from orchestrator.knowledge.languages import language_of
from orchestrator.knowledge.parsed import ParseFailed
from orchestrator.knowledge.parsing import failures
from orchestrator.knowledge.parsing.cleaning import one_line
from orchestrator.knowledge.parsing.formats import reader_of
from orchestrator.knowledge.parsing.limits import bind_this_process, open_nothing_more

LONGEST_TITLE = 300


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    bind_this_process(asked["parent"])
    try:
        answer = _answer(sys.stdin.buffer.read(), asked["name"], asked["mime"])
    except ParseFailed as error:
        answer = _refusal(error)
    except MemoryError:
        answer = _refusal(failures.too_much_memory())
    except Exception as error:  # a document that no reader was written for
        answer = _refusal(failures.broken()) | {"error": type(error).__name__}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def _answer(content: bytes, name: str, mime: str) -> dict[str, Any]:
    read = reader_of(content, name, mime)
    open_nothing_more()
    outline = read()
    facts = {"facts": asdict(outline.facts)} if outline.facts else {}
    text = outline.text
    if not any(character.isalnum() for character in text):
        return facts | _refusal(failures.empty())
    language = language_of(text)
    if language == "simple" and outline.language:
        language = outline.language
    title = one_line(outline.title) or outline.first_heading or one_line(PurePath(name).stem)
    return {
        "text": text,
        "title": title[:LONGEST_TITLE],
        "language": language,
        "unread_pages": outline.unread_pages,
    } | facts


def _refusal(error: ParseFailed) -> dict[str, Any]:
    return {"code": error.code, "sentence": error.sentence}


main()
