"""Builds gvma as a Debian package: everything that it needs from PyPI lies inside, so that installing needs no network.

One package for each Debian release, since compiled parts fit one Python: 3.11 (Debian 12), 3.13 (Debian 13).
Usage: python -m release.deb.build --python 3.13 --out dist, once the wheel is there
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gvma import __version__
from gvma.cli.completing import SHELLS, script

TREE = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
DEBIAN_OF = {"3.11": "12", "3.13": "13"}
_WHEEL_OF = {"amd64": "x86_64", "arm64": "aarch64"}
_MAINTAINER = "gvma <gvma@localhost>"

# What is installed beside the program: from a glob in the tree to a folder of the package.
_FILES = (
    ("dialplan/*.conf", "usr/share/gvma/dialplan"),
    ("dialplan/samples/*", "usr/share/gvma/dialplan/samples"),
    ("agi_scripts/*.py", "usr/share/gvma/agi_scripts"),
    ("contrib/haproxy.cfg", "usr/share/gvma/contrib"),
    ("contrib/grafana/*", "usr/share/gvma/contrib/grafana"),
    ("contrib/prometheus/*", "usr/share/gvma/contrib/prometheus"),
    ("contrib/web/*", "usr/share/gvma/contrib/web"),
    ("docs/**/*.md", "usr/share/doc/gvma/docs"),
    ("README.md", "usr/share/doc/gvma"),
)
_UNITS = ("gvma-agi.service", "gvma-sync.service", "gvma-sync.timer", "gvma-web.service")
# Where each shell looks for what a package brings.
_COMPLETION = {
    "bash": "usr/share/bash-completion/completions/gvma",
    "zsh": "usr/share/zsh/vendor-completions/_gvma",
    "fish": "usr/share/fish/vendor_completions.d/gvma.fish",
}


@dataclass(frozen=True, slots=True)
class Target:
    """For whom a package is built. python: ``3.11``. architecture: Debian's name, such as ``amd64``."""

    python: str
    architecture: str

    @property
    def version(self) -> str:
        """The package's version: that of gvma, and of the Debian release."""
        return f"{__version__}-1~deb{DEBIAN_OF[self.python]}u1"

    @property
    def file_name(self) -> str:
        return f"gvma_{self.version}_{self.architecture}.deb"


def build(target: Target, wheel: Path, out: Path, *, compression: str = "xz") -> Path:
    """The package's path. wheel: gvma's own. compression: as dpkg-deb names it; ``none`` is quick, and large.

    Raises CalledProcessError where pip or dpkg-deb fails; they have said why.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        root.mkdir(mode=0o755)
        _install_program(target, root, wheel)
        _install_files(root)
        _install_texts(root)
        _control(target, root)
        out.mkdir(parents=True, exist_ok=True)
        package = out / target.file_name
        _run("dpkg-deb", "--root-owner-group", f"-Z{compression}", "--build", str(root), str(package))
    return package


def _install_program(target: Target, root: Path, wheel: Path) -> None:
    library = root / "usr/lib/gvma"
    machine = _WHEEL_OF[target.architecture]
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    platforms = [f"--platform=manylinux{kind}_{machine}" for kind in ("2014", "_2_28")]
    options = ("--implementation=cp", f"--python-version={target.python}", "--only-binary=:all:", "--no-compile")
    _run(*pip, "install", "--target", str(library), *platforms, *options, f"gvma[uvloop] @ {wheel.resolve().as_uri()}")
    for unwanted in ("bin", "share"):
        shutil.rmtree(library / unwanted, ignore_errors=True)
    _write(root / "usr/bin/gvma", (HERE / "gvma").read_bytes(), 0o755)


def _install_files(root: Path) -> None:
    for pattern, folder in _FILES:
        above = Path(pattern).parts[0] if "/" in pattern else ""
        for path in sorted(TREE.glob(pattern)):
            if path.is_file():
                inside = path.relative_to(TREE / above) if "**" in pattern else Path(path.name)
                _write(root / folder / inside, path.read_bytes(), 0o644)
    for unit in _UNITS:
        _write(root / "usr/lib/systemd/system" / unit, (TREE / "cron" / unit).read_bytes(), 0o644)
    _write(root / "etc/logrotate.d/gvma", (TREE / "cron/gvma.logrotate").read_bytes(), 0o644)
    _write(root / "etc/cron.d/gvma", _disabled((TREE / "cron/gvma.cron").read_text("utf-8")).encode(), 0o644)


def _install_texts(root: Path) -> None:
    documents = root / "usr/share/doc/gvma"
    _write(documents / "copyright", (TREE / "LICENSE").read_bytes(), 0o644)
    _write(documents / "changelog.gz", _compressed(TREE / "CHANGELOG.md"), 0o644)
    _write(root / "usr/share/man/man1/gvma.1.gz", _compressed(TREE / "share/man/man1/gvma.1"), 0o644)
    for shell in SHELLS:
        _write(root / _COMPLETION[shell], f"{script(shell).strip()}\n".encode(), 0o644)


def _compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def _disabled(cron: str) -> str:
    """The cron file with its jobs as comments: a package must not begin to sync by itself.

    A job says nothing once the package is removed: its file stays then, as the site's own setting.
    """
    heading = "# The job is a comment: remove its #, or enable gvma-sync.timer instead."
    there = " [ ! -x /usr/bin/gvma ] || gvma --config "
    lines = [
        f"#{line.replace(' gvma --config ', there)}" if line.startswith("*") else line for line in cron.splitlines()
    ]
    return "\n".join([heading, *lines, ""])


def _control(target: Target, root: Path) -> None:
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) // 1024
    major, minor = target.python.split(".")
    fields = {
        "Package": "gvma",
        "Version": target.version,
        "Architecture": target.architecture,
        "Maintainer": _MAINTAINER,
        "Installed-Size": str(size),
        "Depends": f"python3 (>= {target.python}), python3 (<< {major}.{int(minor) + 1}), libc6",
        "Suggests": "asterisk, postgresql-client, haproxy",
        "Section": "comm",
        "Priority": "optional",
        "Description": "joins Asterisk to a Genesys contact centre\n"
        " Voicemail boxes and message waiting from Genesys Configuration Server,\n"
        " a FastAGI media server for SIP Server, call routing, checks, and the\n"
        " way back to every earlier state.",
    }
    text = "".join(f"{name}: {value}\n" for name, value in fields.items())
    _write(root / "DEBIAN/control", text.encode(), 0o644)
    _write(root / "DEBIAN/conffiles", b"/etc/cron.d/gvma\n/etc/logrotate.d/gvma\n", 0o644)
    for name in ("postinst", "prerm", "postrm"):
        _write(root / "DEBIAN" / name, (HERE / name).read_bytes(), 0o755)


def _write(path: Path, content: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


def architecture() -> str:
    """Debian's name for this machine's architecture."""
    done = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def main() -> None:
    """Build what the command line asks for, and print each package's path."""
    parser = argparse.ArgumentParser(description="Build gvma as a Debian package.")
    parser.add_argument(
        "--python", choices=DEBIAN_OF, action="append", required=True, help="Python of the Debian release"
    )
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder with gvma's wheel, and for the packages")
    asked = parser.parse_args()
    wheel = asked.out / f"gvma-{__version__}-py3-none-any.whl"
    for python in asked.python:
        print(build(Target(python, architecture()), wheel, asked.out))


if __name__ == "__main__":
    main()
