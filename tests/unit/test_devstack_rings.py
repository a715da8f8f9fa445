"""The keys that `konstruct up` makes: private, lasting, and the workers' alone."""

import os
import stat
from pathlib import Path

import pytest
from konstruct.cli.installation import attach_ring
from konstruct.devstack.announcement import announcement
from konstruct.devstack.data_dir import DataDir
from konstruct.devstack.errors import DevstackError
from konstruct.devstack.programs import complete_environment
from konstruct.devstack.rings import rings
from shared.config import get_settings
from shared.keyrings import new_key, private_ring, public_ring

PRIVATE, PUBLIC, VERIFY = (
    f"KONSTRUCT_{name}" for name in ("SECRETS_KEYS", "SECRETS_SEAL_TO", "VERIFY_KEYS")
)


def test_they_are_made_once_and_readable_by_us_alone(tmp_path: Path) -> None:
    first, again = rings(tmp_path, {}), rings(tmp_path, {})
    assert first == again
    for path in (Path(first.private), Path(first.settings[VERIFY])):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "Back it up together with the database" in path.read_text()
    ring = private_ring(Path(first.private).read_text())
    assert public_ring(first.settings[PUBLIC]) == tuple(key.public for key in ring)
    assert private_ring(Path(first.settings[VERIFY]).read_text()) != ring


def test_what_all_children_share_opens_nothing_of_the_workers(tmp_path: Path) -> None:
    made = rings(tmp_path, {})
    text = Path(made.private).read_text()
    assert all(made.private not in value for value in made.settings.values())
    assert private_ring(text)[0].written() not in str(made.settings)


def test_a_ring_that_the_person_gives_wins_and_reaches_no_other_child(
    tmp_path: Path, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    key = new_key()
    made = rings(tmp_path, {PRIVATE: key.written()})
    assert (made.private, made.settings[PUBLIC]) == (key.written(), str(key.public))
    assert not (tmp_path / "secrets.keys").exists()
    settings_of_its_own.setenv(PRIVATE, key.written())
    assert PRIVATE not in complete_environment({})
    assert complete_environment({PRIVATE: made.private})[PRIVATE] == key.written()


@pytest.mark.parametrize("text", ["", "# nothing\n", "ksk1.short\n", "\x00\x01"])
def test_a_file_that_holds_no_ring_any_more_stops_the_start(tmp_path: Path, text: str) -> None:
    made = rings(tmp_path, {})
    Path(made.private).write_text(text)
    with pytest.raises(DevstackError, match="does not hold this directory's keys any more"):
        rings(tmp_path, {})


def test_a_file_that_others_may_read_stops_the_start_and_says_how_to_close_it(
    tmp_path: Path,
) -> None:
    made = rings(tmp_path, {})
    Path(made.private).chmod(0o644)
    with pytest.raises(DevstackError, match=f"chmod 600 {made.private}"):
        rings(tmp_path, {})


def test_a_ring_that_is_given_wrongly_stops_the_start(tmp_path: Path) -> None:
    for wrong in ("a password", str(tmp_path / "nowhere")):
        with pytest.raises(DevstackError, match=f"{PRIVATE} is not right"):
            rings(tmp_path, {PRIVATE: wrong})


def test_a_new_key_in_front_is_what_is_sealed_to_from_then_on(tmp_path: Path) -> None:
    old = private_ring(Path(rings(tmp_path, {}).private).read_text())
    new, file = new_key(), tmp_path / "secrets.keys"
    file.write_text(f"{new.written()}\n{file.read_text()}")
    made = rings(tmp_path, {})
    assert [key.id for key in public_ring(made.settings[PUBLIC])] == [new.id, old[0].id]


def test_up_says_what_to_back_up_together(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    assert "Back up" not in "\n".join(announcement("http://x", data, {}, None))
    rings(tmp_path, {})
    text = "\n".join(announcement("http://x", data, {}, None))
    assert "Back up together: your database and secrets.keys and verify.keys" in text
    (tmp_path / "postgres").mkdir()
    assert "together: postgres and secrets.keys" in "\n".join(
        announcement("http://x", data, {}, None)
    )


def test_a_worker_that_joins_a_running_up_finds_its_ring(
    tmp_path: Path, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    made = rings(tmp_path, {})
    settings_of_its_own.setattr(os, "environ", dict(os.environ))
    attach_ring()
    assert PRIVATE not in os.environ, "of no directory in particular"
    os.environ["KONSTRUCT_DATA_DIR"] = str(tmp_path)
    attach_ring()
    assert os.environ[PRIVATE] == made.private
    get_settings.cache_clear()
    given = get_settings().secrets.private
    assert given is not None
    assert private_ring(given.get_secret_value()) == private_ring(Path(made.private).read_text())
    os.environ[PRIVATE] = "given"
    attach_ring()
    assert os.environ[PRIVATE] == "given"
