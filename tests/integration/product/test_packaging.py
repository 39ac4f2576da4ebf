"""The wheel and the sdist carry what gvma reads at run time, and the wheel gives a working ``gvma``."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CARRIED = (
    "gvma/py.typed",
    "gvma/configserver/soap/configserver.wsdl",
    "gvma/configserver/simulator/sample.xml",
    "gvma/switches/options.json",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, built from the files that git tracks or would track."""
    folder = tmp_path_factory.mktemp("built")
    tree = folder / "tree"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "build", "--outdir", str(folder / "dist"), str(tree)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "dist"


def test_the_wheel_carries_what_is_read_at_run_time(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert set(CARRIED) <= set(names)
    assert any(name.endswith(".data/data/share/man/man1/gvma.1") for name in names)
    assert not [name for name in names if name.startswith("tests/")]


def test_the_sdist_carries_what_is_read_at_run_time_and_the_licence(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {*CARRIED, "LICENSE", "README.md", "share/man/man1/gvma.1", "setup.cfg", "pyproject.toml"} <= names


def test_the_wheel_gives_a_command_that_runs(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", str(tmp_path / "venv")], check=True)
    pip = [str(tmp_path / "venv/bin/pip"), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True)
    packages = next((Path(sys.executable).parent.parent / "lib").glob("python3*/site-packages"))
    gvma = [str(tmp_path / "venv/bin/gvma"), "netann", "parse", "sip:annc@pbx;play=welcome"]
    done = subprocess.run(
        gvma, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(packages), "PATH": "/usr/bin:/bin"}
    )
    assert (done.returncode, "welcome" in done.stdout) == (0, True), done.stderr
