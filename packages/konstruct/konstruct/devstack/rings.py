"""The rings of keys that seal secrets, in two files beside the data.

    DIR/secrets.keys   for workers alone: what they send with
    DIR/verify.keys    for gateways and workers: what requests are checked with

Promises: made once, with mode 0600, and never changed by us. A file that does not hold a ring, or
that others may read, stops the start. A backup of the database without them opens no secret.
"""

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.keyrings import new_key, private_ring

from konstruct.devstack.errors import DevstackError
from konstruct.devstack.private_file import PRIVATE, write_private

PRIVATE_VARIABLE = "KONSTRUCT_SECRETS_KEYS"
PUBLIC_VARIABLE = "KONSTRUCT_SECRETS_SEAL_TO"
VERIFY_VARIABLE = "KONSTRUCT_VERIFY_KEYS"
SECRETS_FILE, VERIFY_FILE = "secrets.keys", "verify.keys"
REMARK = """\
# Opens what businesses have entrusted to this Konstruct. Back it up together with the database,
# and keep it to yourself. One key a line, newest first; docs/operations.md says how to change it.
"""


@dataclass(frozen=True)
class Rings:
    """`private` goes to workers alone; `settings` may be known to whatever works on the data."""

    private: str
    settings: Mapping[str, str]


def rings(directory: Path, given: Mapping[str, str]) -> Rings:
    """The directory's rings, made the first time; a setting that was given wins. Raises
    DevstackError."""
    private = given.get(PRIVATE_VARIABLE) or str(_kept(directory / SECRETS_FILE))
    verify = given.get(VERIFY_VARIABLE) or str(_kept(directory / VERIFY_FILE))
    public = given.get(PUBLIC_VARIABLE) or _public(private)
    return Rings(private, {PUBLIC_VARIABLE: public, VERIFY_VARIABLE: verify})


def ring_files(directory: Path) -> list[Path]:
    """Those that there are."""
    files = (directory / SECRETS_FILE, directory / VERIFY_FILE)
    return [path for path in files if path.exists()]


def _kept(path: Path) -> Path:
    if not path.exists():
        write_private(path, f"{REMARK}{new_key().written()}\n")
    if stat.S_IMODE(path.stat().st_mode) & ~PRIVATE:
        raise DevstackError(
            f"{path} can be read by others. See who did, and close it: chmod 600 {path}"
        )
    try:
        private_ring(path.read_text())
    except (ValueError, OSError) as error:
        raise DevstackError(
            f"{path} does not hold this directory's keys any more: {error}. Put back a copy of it. "
            "Without one, move it away: new keys are made, and what was sealed must be entered "
            "anew."
        ) from error
    return path


def _public(private: str) -> str:
    try:
        text = Path(private).read_text() if private.startswith("/") else private
        return ",".join(str(key.public) for key in private_ring(text))
    except (ValueError, OSError) as error:
        raise DevstackError(f"{PRIVATE_VARIABLE} is not right: {error}.") from error
