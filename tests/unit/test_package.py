"""The wheel: everything that the commands need beside the code is in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gvma.cli.pages import SAMPLES, samples
from gvma.configserver.client import ConfigurationServer
from gvma.configserver.simulator.server import Simulator
from gvma.settings.model import ConfigServerSettings, Secret
from gvma.switches.guides import GUIDES

ROOT = Path(__file__).resolve().parents[2]
_BUILD = "from setuptools import setup; setup()"
_SOURCES = ("gvma", "agi_scripts", "cron", "dialplan", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that go into the wheel, as an installation has them."""
    folder = tmp_path_factory.mktemp("wheel")
    clone, site = folder / "clone", folder / "site"
    clone.mkdir()
    for name in _SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, clone / name)
    words = ["-W", "ignore", "-c", _BUILD, "-q", "build_py", "--build-lib", str(site)]
    built = subprocess.run([sys.executable, *words], cwd=clone, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return site


def test_the_wheel_has_every_file_of_the_package(installed: Path) -> None:
    def files(package: Path) -> set[str]:
        return {
            str(path.relative_to(package))
            for path in package.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    assert files(installed / "gvma") == files(ROOT / "gvma")


def test_what_is_installed_prints_every_switch(installed: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    for words in (["list"], *(["objects", name, "--format", "xml"] for name in GUIDES)):
        done = subprocess.run(
            [sys.executable, "-m", "gvma", "switch", *words],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout


def test_the_samples_are_what_gvma_switch_prints() -> None:
    made = samples()
    assert set(made) == {f"{name}.{ending}" for name in GUIDES for ending in ("xml", "txt")}
    assert {path.name: path.read_text("utf-8") for path in SAMPLES.iterdir()} == made, "run: make docs"


@pytest.mark.parametrize("name", GUIDES)
def test_a_sample_is_served_as_it_stands(name: str) -> None:
    with Simulator(SAMPLES / f"{name}.xml").serve() as url:
        settings = ConfigServerSettings(url=url, username="gvma", password=Secret("x"))
        with ConfigurationServer(settings) as server:
            objects = [*server.query("CfgDN"), *server.query("CfgApplication")]
    assert objects
