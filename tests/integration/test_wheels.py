"""What is installed from wheels is whole: the gateway brings its page, konstruct the migrations."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import ROOT, Database, Servers

PACKAGES = ("shared", "gateway", "orchestrator", "konstruct")


def pip(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=110)


def build(where: Path, *packages: Path) -> subprocess.CompletedProcess[str]:
    return pip("wheel", "--no-deps", "--no-build-isolation", "-w", where, *packages)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but our four wheels, installed. The other libraries are this run's."""
    wheels, folder = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("installed")
    built = build(wheels, *(ROOT / "packages" / name for name in PACKAGES))
    assert built.returncode == 0, built.stderr
    done = pip("install", "-q", "--no-deps", "--no-index", "--target", folder, *wheels.iterdir())
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def empty(servers: Servers) -> Iterator[Database]:
    database = servers.create_database(migrated=False)
    yield database
    servers.drop_database(database)


def run(installed: Path, *arguments: str, **settings: str) -> str:
    """With the installed wheels before everything, from a folder that holds nothing."""
    environment = os.environ | {"PYTHONPATH": str(installed)} | settings
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=installed.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_gateway_of_a_wheel_serves_the_page_it_brought(installed: Path) -> None:
    directory = run(installed, "-c", "from gateway.portal import portal_dir; print(portal_dir())")
    assert Path(directory) == (installed / "gateway" / "page").resolve()
    page = (installed / "gateway" / "page" / "index.html").read_text()
    assert "/assets/index-" in page


def test_the_command_of_a_wheel_migrates_with_what_it_brought(
    installed: Path, empty: Database
) -> None:
    owner = {"KONSTRUCT_OWNER_DATABASE_URL": empty.owner_url}
    assert "001 Tenants" in run(installed, "-m", "konstruct", "migrate", **owner)
    run(installed, "-m", "konstruct", "migrate", "--check", **owner)
    shipped = {file.name for file in (installed / "konstruct/database/migrations").rglob("*.py")}
    assert shipped == {file.name for file in (ROOT / "migrations").rglob("*.py")}


def test_without_the_page_there_is_no_wheel(tmp_path: Path) -> None:
    gateway = tmp_path / "packages" / "gateway"
    shutil.copytree(ROOT / "packages" / "gateway", gateway)
    (tmp_path / "portal").mkdir()
    shutil.copy(ROOT / "portal" / "npm.py", tmp_path / "portal")
    for name in ("package.json", "package-lock.json"):
        (tmp_path / "portal" / name).write_text("{}")
    built = build(tmp_path / "wheels", gateway)
    assert built.returncode != 0
    assert "The web page was not built" in built.stdout + built.stderr
    assert not list((tmp_path / "wheels").glob("*.whl"))


def test_a_source_distribution_has_the_page_built(tmp_path: Path) -> None:
    """So that a wheel is made of it where there is neither Node nor the rest of the repository."""
    made = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)],
        cwd=ROOT / "packages" / "gateway",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert made.returncode == 0, made.stderr
    [archive] = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    built = build(tmp_path / "wheels", tmp_path / archive.name.removesuffix(".tar.gz"))
    assert built.returncode == 0, built.stderr
    [wheel] = (tmp_path / "wheels").iterdir()
    assert "gateway/page/index.html" in zipfile.ZipFile(wheel).namelist()
