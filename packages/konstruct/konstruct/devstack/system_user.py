"""The system user that runs PostgreSQL when we are root, because PostgreSQL refuses to run as root.

For any other user everything runs as that user, and nothing here does anything.
"""

import os
import pwd
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from konstruct.devstack.errors import DevstackError

USER_NAME = "embedded_postgres"
_MADE_WITHIN_S = 10.0


@dataclass(frozen=True)
class SystemUser:
    name: str
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


def postgres_user(cluster: Path) -> SystemUser | None:
    """The user to run PostgreSQL as for this cluster; None: as ourselves.

    An existing cluster of another user keeps its owner, so that no file changes hands.
    """
    if os.geteuid() != 0:
        return None
    if cluster.exists() and (owner := cluster.stat().st_uid) != 0:
        try:
            return _as_user(pwd.getpwuid(owner))
        except KeyError:
            raise DevstackError(
                f"{cluster} belongs to user id {owner}, whom this machine does not know. "
                f"Give it to a known one: chown -R {USER_NAME} '{cluster}'"
            ) from None
    return _made_user()


def _as_user(entry: pwd.struct_passwd) -> SystemUser:
    return SystemUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _made_user() -> SystemUser:
    deadline = time.monotonic() + _MADE_WITHIN_S
    while True:
        try:
            return _as_user(pwd.getpwnam(USER_NAME))
        except KeyError:
            pass
        why = _add_user()
        # Another start may hold the password file's lock, or have added the user already: look
        # again.
        if why and time.monotonic() > deadline:
            raise DevstackError(
                f"PostgreSQL refuses to run as root, and the system user '{USER_NAME}' could not "
                f"be made: {why}. Make it yourself, or start as a plain user."
            )
        if why:
            time.sleep(0.2)


def _add_user() -> str:
    """Add the user; returns an empty text, or why it failed."""
    command = ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", USER_NAME]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else done.stderr.strip() or f"exit code {done.returncode}"


def let_through(path: Path) -> None:
    """As root, let every user pass *through* the directories above `path`.

    A directory like /root (mode 700) hides everything below it from PostgreSQL's user. Only the
    right to pass (o+x) is added where it is missing, never the right to read (o+r). So nobody can
    list the directory, and files keep their own modes.
    """
    for directory in path.resolve().parents:
        mode = stat.S_IMODE(directory.stat().st_mode)
        if mode & stat.S_IXOTH:
            continue
        try:
            directory.chmod(mode | stat.S_IXOTH)
        except OSError as error:
            raise DevstackError(
                f"PostgreSQL runs as user '{USER_NAME}', who may not pass through {directory} "
                f"({error.strerror}). Choose another --data-dir, or: chmod o+x '{directory}'"
            ) from error


def let_read(tree: Path) -> None:
    """Let every user read a tree of public files, if an installer's umask prevented it."""
    if not tree.exists() or tree.stat().st_mode & stat.S_IROTH:
        return
    for path in (tree, *tree.rglob("*")):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        passable = stat.S_IXOTH if mode & stat.S_IXUSR else 0
        path.chmod(mode | stat.S_IROTH | passable)
