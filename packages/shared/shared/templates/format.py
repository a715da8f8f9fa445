"""`konstruct.agent/v1`: what a template may say. Its JSON Schema is published from here.

Texts may name variables (`{{company}}`), which are asked when somebody is hired. What an employee
needs from its business is wished for in words (`knowledge`, `channels`, `model`), never named by an
id.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.agents import checks

FORMAT = "konstruct.agent/v1"
SCHEMA_ID = "urn:konstruct:agent:v1"
PLACEHOLDER = re.compile(r"\{\{([a-z][a-z0-9_]{0,39})\}\}")

Line = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=2_000)]
Icon = Literal["bell", "headset", "book", "cart", "calendar", "chat", "heart", "wrench"]
VariableType = Literal["text", "long_text", "choice", "number", "email", "phone", "url"]
Expectation = Literal["answer", "decline", "person"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Variable(_Part):
    """Something that is asked when somebody is hired by this template."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Line
    """The question, as it is put to a person."""
    help: Annotated[str, Field(max_length=300)] = ""
    type: VariableType = "text"
    default: Annotated[str, Field(max_length=2_000)] | None = None
    """Without one it has to be answered."""
    choices: Annotated[list[Line], Field(max_length=20)] = Field(default_factory=list)
    """Of a choice."""


class ModelWish(_Part):
    """What kind of model it needs, in words."""

    wants: Line
    at_least: Annotated[str, Field(max_length=200)] = ""


class Limits(_Part):
    """Hints for a budget."""

    answers_a_day: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class KnowledgeWish(_Part):
    """What it should be able to look up."""

    title: Line
    why: Annotated[str, Field(max_length=300)] = ""


class Example(_Part):
    """A question, and a good answer to it."""

    question: Line
    answer: Text


class Test(_Part):
    """A question to try, and what should become of it."""

    question: Line
    expect: Expectation = "answer"


class Template(_Part):
    """One employee."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"$id": SCHEMA_ID, "title": FORMAT}
    )

    format: Literal["konstruct.agent/v1"]
    locale: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
    """The language it is written in, like `en` or `pt`."""
    name: Annotated[str, Field(min_length=1, max_length=checks.MAX_NAME_CHARS)]
    role: Annotated[str, Field(max_length=checks.MAX_ROLE_CHARS)] = ""
    summary: Annotated[str, Field(max_length=300)] = ""
    """What it is good for, for whoever chooses one."""
    icon: Icon | None = None
    greeting: Annotated[str, Field(max_length=checks.MAX_GREETING_CHARS)] = ""
    starters: Annotated[list[Line], Field(max_length=checks.MAX_STARTERS)] = Field(
        default_factory=list
    )
    variables: Annotated[list[Variable], Field(max_length=20)] = Field(default_factory=list)
    instructions: Annotated[str, Field(max_length=checks.MAX_INSTRUCTIONS_CHARS)] = ""
    helps_while_waiting: bool = False
    """Whether it goes on answering while a colleague is waited for."""
    hours: dict[str, Any] | None = None
    """Its own, with time_zone, week and closed; without, those of its business."""
    model: ModelWish | None = None
    limits: Limits | None = None
    tools: Annotated[list[Line], Field(max_length=50)] = Field(default_factory=list)
    knowledge: Annotated[list[KnowledgeWish], Field(max_length=20)] = Field(default_factory=list)
    channels: Annotated[list[Line], Field(max_length=20)] = Field(default_factory=list)
    examples: Annotated[list[Example], Field(max_length=20)] = Field(default_factory=list)
    tests: Annotated[list[Test], Field(max_length=50)] = Field(default_factory=list)
    license: Annotated[str, Field(max_length=80)] = ""


KEPT_ASIDE = (
    "locale",
    "summary",
    "icon",
    "model",
    "limits",
    "knowledge",
    "channels",
    "examples",
    "tests",
    "license",
)
"""What an agent has no columns for: it keeps them as `about`, so that they are exported again."""


def json_schema() -> dict[str, Any]:
    """What `shared/templates/schema.json` has, for editors and other programs."""
    made = Template.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
