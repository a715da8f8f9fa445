"""One field takes a key or an address: whose it is, told by its form; and who answers for whom."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st
from orchestrator.llm.trying_keys import chosen, models_in
from shared.agents.model_chain import INSTALLATION, Choices, Key, Link, chain_of
from shared.errors import BadRequest
from shared.llm_keys import given
from shared.llm_keys.providers import PROVIDERS, SERVER, whose

A20, HEX32 = "a1B2" * 5, "0a" * 16
WHOSE = {
    f"sk-proj-{A20}-_{A20}": "openai",
    f"sk-svcacct-{A20}": "openai",
    f"sk-ant-api03-{A20}": "anthropic",
    f"AIza{'x' * 35}": "google",
    f"AQ.{A20}": "google",
    "Ab3" * 10 + "Zz": "mistral",
    f"gsk_{A20}": "groq",
    f"sk-or-v1-{A20}": "openrouter",
    f"xai-{A20}": "xai",
    f"tgp_v1_{A20}": "together",
    f"fw_{A20}": "fireworks",
    f"csk-{'a1' * 12}": "cerebras",
    f"nvapi-{A20}": "nvidia",
    f"hf_{A20}": "huggingface",
}


@pytest.mark.parametrize(("key", "provider"), WHOSE.items(), ids=WHOSE.values())
def test_a_key_says_whose_it_is(key: str, provider: str) -> None:
    for pasted in (key, f'  "{key}"\n', f"export SOME_API_KEY={key}", f"Bearer {key}"):
        read = given.read(pasted)
        assert (read.provider, read.key) == (provider, key)
        assert read.base_url == PROVIDERS[provider].base_url
        assert key not in repr(read)


def test_a_form_that_several_have_is_sent_to_none_until_a_person_says_whose_it_is() -> None:
    key = f"sk-{HEX32}"
    assert {provider.id for provider in whose(key)} == {"deepseek", "qwen"}
    with pytest.raises(BadRequest) as raised:
        given.read(key)
    assert raised.value.code == "key_ambiguous"
    assert HEX32 not in raised.value.message
    assert given.read(key, provider="qwen").provider == "qwen"


def test_a_key_of_one_provider_is_given_to_no_other() -> None:
    with pytest.raises(BadRequest) as raised:
        given.read(f"sk-ant-api03-{A20}", provider="openai")
    assert raised.value.code == "key_of_another"
    # Keys change their looks; a person who says whose it is is believed where the form says little.
    assert given.read("new-form-of-a-key-1234567890", provider="openai").provider == "openai"


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        ("hello", "key_unknown"),
        ("two words", "key_unreadable"),
        ("ключ", "key_unreadable"),
        ("k" * 5000, "key_unreadable"),
        (f"sk-admin-{A20}", "key_is_admins"),
        (f"sk-ant-admin01-{A20}", "key_is_admins"),
        ("", "bad_request"),
    ],
)
def test_what_is_no_key_is_refused_and_not_repeated(pasted: str, code: str) -> None:
    with pytest.raises(BadRequest) as raised:
        given.read(pasted)
    assert raised.value.code == code
    assert not pasted or pasted not in raised.value.message


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("https://llm.example.com/v1", "https://llm.example.com/v1"),
        ("https://LLM.example.com/v1/chat/completions", "https://llm.example.com/v1"),
        ("https://llm.example.com/openai/v1/models/", "https://llm.example.com/openai/v1"),
        ("https://llm.example.com", "https://llm.example.com/v1"),
        ("localhost:11434", "http://localhost:11434/v1"),
        ("192.168.1.7:8000/", "http://192.168.1.7:8000/v1"),
        ("http://[::1]:1234/v1", "http://[::1]:1234/v1"),
    ],
)
def test_an_address_is_read_as_requests_are_sent_there(address: str, read: str) -> None:
    found = given.read(address, key="its-key")
    assert (found.provider, found.base_url, found.key) == (SERVER, read, "its-key")


@pytest.mark.parametrize(
    "address",
    [
        "ftp://llm.example.com/v1",
        "https://user:pass@llm.example.com/v1",
        "https://llm.example.com/v1?key=x",
        "https://llm.example.com/v1#x",
        "https://",
        "https://llm.example.com:99999/v1",
        "https://llm.exa mple.com/v1",
        "https://llm.example.com/" + "v" * 600,
    ],
)
def test_no_other_address_is_taken(address: str) -> None:
    with pytest.raises(BadRequest):
        given.read(address)


@any_of(st.text(max_size=80))
def test_whatever_is_pasted_is_read_or_refused(text: str) -> None:
    try:
        found = given.read(text)
    except BadRequest:
        return
    assert found.base_url.startswith("http")


def test_of_a_short_key_nothing_is_shown() -> None:
    assert given.read("https://a.example", key="short-one").last4 is None
    assert given.read("https://a.example", key="long-enough-a-key").last4 == "-key"


# ── who answers ────────────────────────────────────────────────────────────────────────────────

OPENAI, CLAUDE, OTHER, BARE = (UUID(int=n) for n in range(1, 5))
KEYS = {
    OPENAI: Key(OPENAI, "openai", 3, "gpt"),
    CLAUDE: Key(CLAUDE, "anthropic", 1, "claude"),
    OTHER: Key(OTHER, "server", 7, "qwen"),
    BARE: Key(BARE, "server", 1, None),
}
BY_OPENAI, BY_CLAUDE = (str(OPENAI), 3, "gpt"), (str(CLAUDE), 1, "claude")
BY_OTHER = (str(OTHER), 7, "qwen")
DEFAULT = Choices(default_key_id=OPENAI)
LAST_THEIRS = Choices(falls_back_to_installation=True)


@pytest.mark.parametrize(
    ("own", "model", "choices", "chain"),
    [
        (None, None, Choices(), None),
        (None, "openai:x", LAST_THEIRS, [(str(OPENAI), 3, "x"), INSTALLATION]),
        (None, None, DEFAULT, [BY_OPENAI]),
        (CLAUDE, None, DEFAULT, [BY_CLAUDE, BY_OPENAI]),
        (CLAUDE, "opus", DEFAULT, [(str(CLAUDE), 1, "opus"), BY_OPENAI]),
        (OPENAI, None, DEFAULT, [BY_OPENAI]),
        (None, None, Choices(OPENAI, CLAUDE), [BY_OPENAI, BY_CLAUDE]),
        (OTHER, None, Choices(OPENAI, CLAUDE), [BY_OTHER, BY_OPENAI, BY_CLAUDE]),
        (OTHER, None, Choices(OPENAI, CLAUDE, True), [BY_OTHER, BY_OPENAI, INSTALLATION]),
        (None, None, Choices(OPENAI, falls_back_to_installation=True), [BY_OPENAI, INSTALLATION]),
        (None, "anthropic:opus", DEFAULT, [(str(CLAUDE), 1, "opus"), BY_OPENAI]),
        (None, "of-the-endpoint", DEFAULT, None),  # a model that the installation alone can have
        (None, "mistral:x", DEFAULT, None),
        (BARE, None, Choices(), []),  # no model is known yet: nobody else is asked in its place
        (BARE, None, DEFAULT, [BY_OPENAI]),
        (uuid4(), None, Choices(), None),  # a key that is gone
        (None, None, Choices(installation_granted=False), []),
        (None, "of-the-endpoint", Choices(installation_granted=False), []),
        (None, None, Choices(OPENAI, None, True, False), [BY_OPENAI]),
    ],
)  # fmt: skip
def test_who_answers_for_an_employee(
    own: UUID | None, model: str | None, choices: Choices, chain: list[Link] | None
) -> None:
    assert chain_of(own, model, KEYS, choices) == chain


@any_of(
    st.sampled_from([None, *KEYS]),
    st.sampled_from([None, "m", "openai:m", "anthropic:m"]),
    st.sampled_from([None, *KEYS]),
    st.sampled_from([None, *KEYS]),
)
def test_the_installation_never_comes_after_a_key_unless_the_business_said_so(
    own: UUID | None, model: str | None, default: UUID | None, fallback: UUID | None
) -> None:
    chain = chain_of(own, model, KEYS, Choices(default, fallback))
    assert chain is None or (INSTALLATION not in chain and len(chain) <= 3)
    if own is not None:
        assert chain is not None


# ── which model ────────────────────────────────────────────────────────────────────────────────


def test_a_usual_model_is_chosen_and_none_that_does_not_chat() -> None:
    listed = ["text-embedding-3-large", "whisper-1", "gpt-4o-mini", "gpt-5-mini-2026", "zeta"]
    assert chosen(None, listed, PROVIDERS["openai"].prefers) == "gpt-5-mini-2026"
    assert chosen(None, listed, ()) == "gpt-4o-mini"
    assert chosen(None, ["nomic-embed-text"], ()) is None
    assert chosen("llama3.2", ["llama3.2:latest"], ()) == "llama3.2:latest"
    assert chosen("alias", listed, ()) == "alias"


def test_a_list_of_models_is_read_whoever_wrote_it() -> None:
    assert models_in(b'{"data":[{"id":"models/gemini-2.5-flash"},{"id":"a b"},{"id":7},3]}') == [
        "gemini-2.5-flash",
        "7",
    ]
    assert models_in(b'[{"id":"m"}]') == ["m"]
    for nonsense in (b"", b"<html>", b"{}", b'{"data":{}}', b"[1,2]", b'"x"'):
        assert models_in(nonsense) == []
    many = b'{"data":[' + b",".join(b'{"id":"m%d"}' % n for n in range(500)) + b"]}"
    assert len(models_in(many)) == 200
