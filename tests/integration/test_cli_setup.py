"""Tenants, people and agents from the command line, with a real database behind it."""

import asyncio

import psycopg
import pytest
from konstruct.cli import output
from shared.identity import sessions
from shared.identity.tokens import verify_access_token

from tests.support.cli import konstruct
from tests.support.servers import Database

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def acme(database: Database) -> str:
    """A tenant's id."""
    made = konstruct("tenant", "create", "--name", "Acme", "--json").json
    return str(made["id"])


def test_a_slug_is_made_from_the_name_and_nobody_else_has_it() -> None:
    slugs = [
        konstruct("tenant", "create", "--name", name, "--json").json["slug"]
        for name in ("Café Zürich GmbH", "Cafe Zurich, GmbH", "株式会社", "日本")
    ]
    assert slugs == ["cafe-zurich-gmbh", "cafe-zurich-gmbh-2", "tenant", "tenant-2"]
    listed = konstruct("tenant", "list", "--json").json
    assert sorted(tenant["slug"] for tenant in listed) == sorted(slugs)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--name", " "), "The tenant's name is empty"),
        (("--name", "x" * 121), "at most 120 characters, and you gave 121"),
        (("--name", "a\0b"), "one line of plain text"),
        (("--name", "A", "--slug", "A B"), "like 'a-b'"),
        (("--name", "A", "--slug", "acme"), "'acme' is taken"),
    ],
)
def test_a_tenant_that_cannot_be(arguments: tuple[str, ...], says: str, acme: str) -> None:
    assert says in konstruct("tenant", "create", *arguments).sentence
    assert len(konstruct("tenant", "list", "--json").json) == 1


def test_a_tenant_gets_limits_of_its_own_and_the_default_again(acme: str) -> None:
    own = konstruct("tenant", "limits", "acme", "--runs-at-once", "7", "--json").json
    assert (own["runs_at_once"], own["tokens_today"]) == (7, 0)
    assert "this tenant" in konstruct("tenant", "limits", acme).out
    assert konstruct("tenant", "limits", "acme", "--json").json == own
    back = konstruct("tenant", "limits", "acme", "--runs-at-once", "default", "--json").json
    assert back["runs_at_once"] == 256


@pytest.mark.parametrize("wrong", ["0", "-3", "many", "1.5"])
def test_what_is_no_limit_is_told(acme: str, wrong: str) -> None:
    ran = konstruct("tenant", "limits", "acme", f"--tokens-per-day={wrong}")
    assert (ran.code, f"'{wrong}' is no limit" in ran.err) == (2, True)


def test_a_person_gets_a_password_that_works(acme: str) -> None:
    made = konstruct(
        *("user", "create", "--email", "Eva.Berg@ACME.com", "--tenant", "acme", "--name", "Eva"),
        *("--role", "customer_admin", "--json"),
    ).json
    password = made.pop("password")
    assert made == {
        "id": made["id"],
        "email": "eva.berg@acme.com",
        "display_name": "Eva",
        "role": "customer_admin",
        "tenant_id": acme,
    }
    assert konstruct("user", "list", "--tenant", acme, "--json").json == [made]
    assert len(password) >= 16


async def test_a_password_given_is_not_printed_and_logs_in(acme: str) -> None:
    secret = "a long enough secret"
    given = ("--email", "max@acme.com", "--tenant", "acme", "--password", secret)
    # A command runs a loop of its own, which must not be this thread's second one.
    made = await asyncio.to_thread(konstruct, "user", "create", *given)
    assert made.code == 0
    assert secret not in made.out + made.err
    logged_in = await sessions.log_in("max@acme.com", secret, address="test")
    assert str(logged_in.tenant_id) == acme


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--email", "eva", "--tenant", "acme"), "'eva' is no e-mail address"),
        (("--email", "eva@acme.com"), "Say in which"),
        (("--email", "eva@acme.com", "--role", "boss", "--tenant", "acme"), "'boss' is no role"),
        (("--email", "eva@acme.com", "--tenant", "nowhere"), "no tenant 'nowhere'"),
        (("--email", "eva@acme.com", "--tenant", "acme", "--password", "short"), "10 to 256"),
        (("--email", "eva@acme.com", "--tenant", "acme", "--password", " " * 10), "repeats"),
        (
            ("--email", "eva@acme.com", "--tenant", "acme", "--password", "Eva@acme.com"),
            "your e-mail address",
        ),
        (("--email", "eva@acme.com", "--tenant", "acme", "--name", "\u202eavE"), "cannot be seen"),
        (("--email", "eva@acme.com", "--tenant", "acme", "--role", "platform_admin"), "no tenant"),
        (("--email", "TAKEN@acme.com", "--tenant", "acme"), "taken@acme.com already"),
    ],
)
def test_a_person_who_cannot_be(arguments: tuple[str, ...], says: str, acme: str) -> None:
    konstruct("user", "create", "--email", "taken@acme.com", "--tenant", "acme")
    assert says in konstruct("user", "create", *arguments).sentence
    assert len(konstruct("user", "list", "--json").json) == 1


def test_a_second_tenant_of_a_name_is_told_as_new(acme: str) -> None:
    told = konstruct("tenant", "create", "--name", "Acme").out
    assert told == "The new tenant 'Acme' is made. Its slug is acme-2.\n"


def test_who_is_known_already_gets_the_command_that_adds_them(acme: str) -> None:
    create = ("user", "create", "--email", "eva@acme.com", "--tenant", "acme")
    konstruct(*create)
    sentence = konstruct(*create, "--role", "customer_admin").sentence
    assert "user add --email eva@acme.com --tenant acme --role customer_admin" in sentence


def test_somebody_known_joins_another_tenant(acme: str) -> None:
    konstruct("user", "create", "--email", "eva@acme.com", "--tenant", "acme")
    konstruct("tenant", "create", "--name", "Globex")
    add = ("user", "add", "--email", "eva@acme.com", "--tenant", "globex")
    assert konstruct(*add, "--role", "customer_admin", "--json").json["role"] == "customer_admin"
    assert "already" in konstruct(*add).sentence
    assert "nobody" in konstruct(*add[:3], "no@acme.com", *add[4:]).sentence
    roles = {row["role"] for row in konstruct("user", "list", "--json").json}
    assert roles == {"customer_operator", "customer_admin"}


def test_hiring(acme: str) -> None:
    hire = ("agent", "create", "--tenant", "acme")
    ada = konstruct(
        *hire,
        *("--name", "Ada", "--role", "Support", "--instructions", "-", "--json"),
        typed="Be kind.\nBe short.\n",
    ).json
    assert ada == {
        "id": ada["id"],
        "tenant_id": acme,
        "name": "Ada",
        "role": "Support",
        "instructions": "Be kind.\nBe short.",
        "model": None,
        "status": "active",
        "tools": [],
        "helps_while_waiting": False,
    }
    assert "'ADA' works here already" in konstruct(*hire, "--name", "ADA").sentence
    assert "one line" in konstruct(*hire, "--name", "A\nB").sentence
    too_long = konstruct(*hire, "--name", "Max", "--instructions", "x" * 20_001).sentence
    assert "at most 20000" in too_long
    assert konstruct("agent", "list", "--json").json == [ada]


def test_what_an_employee_can_do_is_shown_and_set(acme: str) -> None:
    konstruct("agent", "create", "--tenant", "acme", "--name", "Ada")
    tools = ("agent", "tools", "--tenant", "acme", "--name", "ada")

    def has() -> set[str]:
        return {row["tool"] for row in konstruct(*tools, "--json").json if row["has"]}

    assert has() == set()
    assert "count" in konstruct(*tools, "--set", "clock, count,clock").out
    assert has() == {"clock", "count"}
    assert konstruct("agent", "list", "--json").json[0]["tools"] == ["clock", "count"]
    assert "no tool called fly. There are clock" in konstruct(*tools, "--set", "fly").sentence
    assert "no tool called order" in konstruct(*tools, "--set", "order").sentence, "development"
    assert konstruct(*tools, "--set", "").code == 0
    assert has() == set()


@pytest.mark.parametrize("again", ["ZOE\u0308", " Zoë\u00a0", "Ｚｏë"], ids=ascii)
def test_two_spellings_of_a_name_are_one_employee(acme: str, again: str) -> None:
    hire = ("agent", "create", "--tenant", "acme", "--name")
    assert konstruct(*hire, "Zoe\u0308", "--json").json["name"] == "Zoë"
    assert "works here already" in konstruct(*hire, again).sentence


def test_a_person_is_found_by_every_spelling_of_their_address(acme: str) -> None:
    create = ("user", "create", "--tenant", "ACME\u00a0", "--email")
    konstruct(*create, "mia@müller.example")
    assert "mia@müller.example already" in konstruct(*create, "MIA@xn--mller-kva.example").sentence
    for spelled in ("mia@xn--mller-kva.example", "Mia@mu\u0308ller.EXAMPLE "):
        assert konstruct("token", "--email", spelled).code == 0


def test_lists_fit_a_terminal_and_no_name_steers_it(
    acme: str, superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = "Answers questions about everything that was ever sold, day and night, in any language"
    konstruct("agent", "create", "--tenant", "acme", "--name", "Ada", "--role", role)
    konstruct(
        *("user", "create", "--email", "maximiliana.of.the.long.names@acme-holding.example"),
        *("--tenant", "acme", "--name", "Maximiliana Constantia Alexandra of the Long Names"),
    )
    superuser.execute("UPDATE agents SET name = E'\\x1b[2JA\\u202eda'")
    piped = konstruct("agent", "list").out
    assert r"[2JA\u202eda" in piped
    assert role in piped, "a program gets it whole"
    assert r"\u202e" in konstruct("agent", "list", "--json").out
    monkeypatch.setattr(output, "room", lambda: 80)
    for command in (("agent", "list"), ("user", "list"), ("tenant", "list")):
        lines = konstruct(*command).out.splitlines()
        assert max(map(len, lines)) <= 80, lines


def test_a_name_is_free_in_another_tenant(acme: str) -> None:
    konstruct("tenant", "create", "--name", "Globex")
    for tenant in ("acme", "globex"):
        assert konstruct("agent", "create", "--tenant", tenant, "--name", "Ada").code == 0


def test_a_token_says_who_and_where(acme: str) -> None:
    person = konstruct(
        "user", "create", "--email", "eva@acme.com", "--tenant", "acme", "--json"
    ).json
    printed = konstruct("token", "--email", "EVA@acme.com", "--ttl", 120)
    claims = verify_access_token(printed.out.strip())
    assert str(claims.user_id) == person["id"]
    assert (claims.role, str(claims.tenant_id)) == ("customer_operator", acme)
    told = konstruct("token", "--email", "eva@acme.com", "--tenant", "acme", "--json").json
    assert set(told) == {"token", "user_id", "role", "tenant_id", "expires_at"}


def test_a_token_for_nobody_and_for_elsewhere(acme: str) -> None:
    konstruct("user", "create", "--email", "eva@acme.com", "--tenant", "acme")
    konstruct("tenant", "create", "--name", "Globex")
    assert "nobody" in konstruct("token", "--email", "no@acme.com").sentence
    elsewhere = konstruct("token", "--email", "eva@acme.com", "--tenant", "globex").sentence
    assert "not a member" in elsewhere
