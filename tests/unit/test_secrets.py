"""Sealed secrets: what opens where, and what never shows."""

import base64
from pathlib import Path
from uuid import uuid4

import pytest
from shared.config import get_settings
from shared.errors import ConfigError
from shared.keyrings import new_key, private_ring, public_ring
from shared.secrets.envelope import Place, Sealed, SecretUnreadable, open_sealed, seal
from shared.secrets.repository import Row
from shared.secrets.sealing import Plain

HERE = Place(uuid4(), "channel_connections", uuid4(), "api_token")
VALUE = "xoxb-the-token-of-a-business"


def test_what_is_sealed_opens_with_its_private_half_and_with_no_other() -> None:
    key, other = new_key(), new_key()
    sealed = seal(VALUE, HERE, key.public)
    assert open_sealed(sealed.text, HERE, [other, key]) == VALUE
    assert sealed.key_id == key.id
    assert VALUE not in sealed.text
    with pytest.raises(SecretUnreadable, match=f"sealed to the key {key.id}, which is not here"):
        open_sealed(sealed.text, HERE, [other])


def test_the_same_value_is_never_sealed_to_the_same_text() -> None:
    key = new_key()
    assert seal(VALUE, HERE, key.public).text != seal(VALUE, HERE, key.public).text


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place(uuid4(), HERE.table, HERE.row_id, HERE.field),
        Place(None, HERE.table, HERE.row_id, HERE.field),
        Place(HERE.tenant_id, "llm_keys", HERE.row_id, HERE.field),
        Place(HERE.tenant_id, HERE.table, uuid4(), HERE.field),
        Place(HERE.tenant_id, HERE.table, HERE.row_id, "signing_secret"),
    ],
)
def test_moved_to_another_tenant_table_row_or_field_it_does_not_open(elsewhere: Place) -> None:
    key = new_key()
    sealed = seal(VALUE, HERE, key.public)
    with pytest.raises(SecretUnreadable, match="not where it was sealed"):
        open_sealed(sealed.text, elsewhere, [key])


def test_one_changed_byte_and_it_does_not_open() -> None:
    key = new_key()
    version, key_id, encoded = seal(VALUE, HERE, key.public).text.split(".")
    raw = bytearray(base64.urlsafe_b64decode(encoded))
    for at in (0, len(raw) // 2, len(raw) - 1):
        changed = bytearray(raw)
        changed[at] ^= 1
        text = f"{version}.{key_id}.{base64.urlsafe_b64encode(changed).decode()}"
        with pytest.raises(SecretUnreadable):
            open_sealed(text, HERE, [key])


@pytest.mark.parametrize("text", ["", "k1", "k1.", "k2.x.y", "{id}", "k1.{id}", "k1.{id}.%%"])
def test_what_is_no_sealed_value_is_unreadable_and_no_crash(text: str) -> None:
    key = new_key()
    with pytest.raises(SecretUnreadable):
        open_sealed(text.replace("{id}", key.id), HERE, [key])


def test_no_repr_and_no_sentence_shows_a_secret() -> None:
    key = new_key()
    sealed = seal(VALUE, HERE, key.public)
    shown = [
        repr(each)
        for each in (
            key,
            private_ring(key.written()),
            sealed,
            Sealed("id", VALUE),
            Plain("send", VALUE),
            Row(HERE, "send", sealed=sealed.text, sha256=VALUE),
        )
    ]
    with pytest.raises(SecretUnreadable) as raised:
        open_sealed(sealed.text, HERE, [])
    for text in (*shown, raised.value.message):
        assert VALUE not in text
        assert sealed.text not in text
        assert key.written() not in text
        assert repr(key.raw) not in text


# ── Rings as settings ──────────────────────────────────────────────────────────────────────────


def test_a_ring_is_a_setting_or_a_file_newest_first(
    tmp_path: Path, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    first, second = new_key(), new_key()
    file = tmp_path / "secrets.keys"
    file.write_text(f"# made in May\n{first.written()}\n\n{second.written()}\n")
    settings_of_its_own.setenv("KONSTRUCT_SECRETS_KEYS", str(file))
    settings_of_its_own.setenv("KONSTRUCT_SECRETS_SEAL_TO", f"{first.public}, {second.public}")
    given = get_settings().secrets
    assert given.private is not None
    assert given.seal_to is not None
    ring = private_ring(given.private.get_secret_value())
    assert [key.id for key in ring] == [first.id, second.id]
    assert public_ring(given.seal_to) == tuple(key.public for key in ring)
    assert first.written() not in repr(given)


def test_a_keys_id_follows_from_its_public_half() -> None:
    key = new_key()
    assert private_ring(key.written())[0].id == public_ring(str(key.public))[0].id == key.id


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("KONSTRUCT_SECRETS_KEYS", "ksk1.short", "43 letters"),
        ("KONSTRUCT_SECRETS_KEYS", "ksk1." + "A" * 43, "no random one"),
        ("KONSTRUCT_SECRETS_KEYS", "{public}", "private ones"),
        ("KONSTRUCT_SECRETS_KEYS", "{private},{private}", "twice"),
        ("KONSTRUCT_SECRETS_KEYS", "/nowhere/secrets.keys", "cannot be read"),
        ("KONSTRUCT_SECRETS_SEAL_TO", "{private}", "public ones"),
        ("KONSTRUCT_VERIFY_KEYS", "a password", "43 letters"),
    ],
)
def test_a_ring_that_is_none_is_named_in_a_sentence_that_shows_no_key(
    name: str, value: str, says: str, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    key = new_key()
    value = value.replace("{private}", key.written()).replace("{public}", str(key.public))
    settings_of_its_own.setenv(name, value)
    with pytest.raises(ConfigError) as raised:
        get_settings()
    assert raised.value.message.startswith(f"{name} is not right: ")
    assert says in raised.value.message
    assert key.written() not in raised.value.message
