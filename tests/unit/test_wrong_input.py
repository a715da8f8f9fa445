"""What is wrong with input is told in sentences that say what would be right."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from gateway.errors import add_error_handlers
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, HttpUrl, field_validator
from shared.wrong_input import sentence


class Everything(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=3)] = "a"
    slug: Annotated[str, Field(pattern=r"^[a-z]+$")] = "a"
    count: Annotated[int, Field(ge=1, le=5)] = 1
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    on: bool = True
    id: UUID | None = None
    at: datetime | None = None
    zoned: AwareDatetime | None = None
    day: date | None = None
    status: Literal["active", "paused"] = "active"
    names: Annotated[list[str], Field(max_length=2)] = []
    facts: dict[str, int] = {}
    where: HttpUrl | None = None
    checked: str = "yes"

    @field_validator("checked")
    @classmethod
    def _checked(cls, value: str) -> str:
        if value != "yes":
            raise ValueError("it says yes and nothing else")
        return value


app = FastAPI()
add_error_handlers(app)


@app.post("/{number}")
async def take(number: int, body: Everything, tenant_id: UUID) -> None: ...


client = TestClient(app)
PATH = "/1?tenant_id=5d6f8a3e-2f40-4d0b-9d3c-0c1f4b7a9e21"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "`name` is empty."),
        ({"name": "abcd"}, "`name` may have at most 3 characters."),
        ({"name": 5}, "`name` must be text."),
        ({"slug": "A B"}, "`slug` must be of the form ^[a-z]+$."),
        ({"count": 0}, "`count` must be at least 1."),
        ({"count": "many"}, "`count` must be a whole number."),
        ({"count": 1.5}, "`count` must be a whole number."),
        ({"share": 1}, "`share` must be less than 1.0."),
        ({"on": "perhaps"}, "`on` must be true or false."),
        ({"id": "acme"}, "`id` must be an id like 5d6f8a3e-2f40-4d0b-9d3c-0c1f4b7a9e21."),
        ({"at": "soon"}, "`at` must be a time like 2026-11-27T09:30:00Z."),
        (
            {"zoned": "2026-11-27T09:30:00"},
            "`zoned` must be a time with its zone, like 2026-11-27T09:30:00Z.",
        ),
        ({"day": "soon"}, "`day` must be a day like 2026-11-27."),
        ({"status": "fired"}, "`status` must be 'active' or 'paused'."),
        ({"names": "Ada"}, "`names` must be a list."),
        ({"names": ["a", 5]}, "`names.1` must be text."),
        ({"names": ["a", "b", "c"]}, "`names` may have at most 2 entries."),
        ({"facts": []}, "`facts` must be an object."),
        ({"where": "nowhere"}, "`where` must be an address like https://example.com."),
        ({"checked": "no"}, "`checked` is not right: it says yes and nothing else."),
        ({"colour": "red"}, "There is no `colour`. Leave it out."),
        ([], "The body must be an object."),
        (None, "The body is missing."),
    ],
)
def test_a_sentence_says_what_would_be_right(given: Any, said: str) -> None:
    answer = client.post(PATH, json=given) if given is not None else client.post(PATH)
    assert answer.status_code == 422
    assert answer.json()["detail"] == said
    assert [each["msg"] for each in answer.json()["errors"]] == [said]


def test_the_first_few_are_told_and_how_many_there_are_more() -> None:
    given = {"name": "", "count": 0, "on": 5, "status": "x", "names": 1}
    answer = client.post("/one", json=given)
    assert answer.json()["detail"] == (
        "`number` must be a whole number. `tenant_id` is missing. `name` is empty. And 4 more."
    )


def test_what_is_no_json_is_told_without_repeating_it() -> None:
    answer = client.post(
        PATH, content=b'{"name": secret', headers={"content-type": "application/json"}
    )
    assert answer.json()["detail"] == "The body is not JSON."


def test_an_unknown_kind_has_a_sentence_too() -> None:
    problem = {"type": "of_tomorrow", "loc": ("body", "name"), "msg": "Input should be new"}
    assert sentence(problem) == "`name` is not of the right form."
