"""Marked secrets everywhere, every command in every mode, and a search through all that any of them writes.

Plain copies of Asterisk's files are what a backup set is for; they alone may hold what the files hold.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.syscalls import FAIL, Fault
from tests.harness.children import child_process
from tests.harness.command import Done
from tests.harness.layer import Layer
from tests.harness.site import PASSWORD
from tests.harness.waiting import wait_until
from tests.soak.site import WatchedSite

AMI, URL_PASSWORD = "mk-ami-62bc", "mk-url-73cd"
OTHERS = {"environment": "mk-environment-84de", "file": "mk-file-95ef", "wrong": "mk-wrong-06f0"}
FIRST_PIN, NEXT_PIN, PHONE_PIN, REFUSED_PIN = "918273640001", "918273640002", "918273640003", "918273640004,x"
SPOOL_PIN, SITE_PIN, PEER_SECRET = "918273640005", "918273640006", "mk-peer-17a1"
MARKED = (
    *(PASSWORD, AMI, URL_PASSWORD, *OTHERS.values(), FIRST_PIN, NEXT_PIN, PHONE_PIN, REFUSED_PIN[:12]),
    *(SPOOL_PIN, SITE_PIN, PEER_SECRET),
)
VOICEMAIL = f"[general]\nformat=wav\npasswordlocation=spooldir\n[site]\n7=>{SITE_PIN},Own,,,\n"
PJSIP = f"""\
[udp]
type=transport
protocol=udp
bind=127.0.0.1:{{sip_port}}
[own]
type=auth
auth_type=userpass
username=own
password={PEER_SECRET}
"""
BOX = "1000@GVMA_DN"
LOUD = ("-v", "-v")
MODES = ((), LOUD, ("--output", "json"), (*LOUD, "--output", "json"), ("-v",), ("-q",))
Modes = Sequence[tuple[str, ...]]
_COMMANDS = (
    "sync --dry-run",
    "sync --dry-run --no-diff --detailed-exitcode",
    "sync --diff",
    f"sync --diff --reset-pin {BOX}",
    "sync --no-reload --diff",
    "sync --reset-pin nosuch@box",
    "backup list",
    "backup show latest",
    "backup diff latest",
    "backup diff FIRST latest",
    "backup verify",
    "backup restore FIRST --dry-run",
    "backup restore FIRST",
    "sync",
    "sync --force --diff",
    "history",
    "history --since 1w --object 1000 -n 3",
    "backup restore --at 1h --dry-run",
    "remove --dry-run",
    "remove",
    "sync --force",
    "completion bash",
    "backup forget --keep-last 100 --dry-run",
    "backup show nosuch",
    "status",
    "status --plan",
    "explain 1000",
    f"explain {BOX} gvm-1000 nobody",
    "check",
    "check -v --only voicemail --only sync",
    "check --nagios",
    "switch list",
    "switch checklist asterisk",
    "switch objects asterisk --format xml",
    "switch objects broadworks",
    "switch device asterisk",
    "config show",
    "config show --origin",
    "config check",
    "confserv query CfgSwitch[@name='Main']/DNs/CfgDN",
    "netann parse sip:annc@127.0.0.1;play=x",
    "sync --no-such-option",
)
_SETTINGS_LINES = (["sync"], ["config", "check"], ["config", "show", "--origin"], ["confserv", "query", "CfgDN"])
_DEFECT = """
import sys
from gvma.cli.main import main
import gvma.sync.run
def defect(settings, *_):
    secret = settings.cfgserver.password.reveal() + settings.gvma.asterisk_cm_secret.reveal()
    raise RuntimeError(secret + {pin!r})
gvma.sync.run.fetch_answers = gvma.sync.run.receive_answers = defect
main(sys.argv[1:])
"""


@dataclass
class Search:
    """What was looked through, and how often."""

    outputs: int = 0
    files: set[str] = field(default_factory=set)

    def output(self, done: Done | subprocess.CompletedProcess[str], of: str) -> None:
        self.outputs += 1
        for text in (done.stdout, done.stderr):
            self._look(text, of)

    def folder(self, site: WatchedSite) -> None:
        """Everything below the folder but Asterisk's own files, their copies, the settings and the trees."""
        for path in site.folder.rglob("*"):
            if path.is_file() and not _may_hold_secrets(path, site):
                self.files.add(path.name)
                self._look(path.read_bytes().decode("latin-1"), str(path))

    def _look(self, text: str, of: str) -> None:
        for secret in MARKED:
            assert secret not in text, f"{of} shows {secret}:\n{text}"


def _may_hold_secrets(path: Path, site: WatchedSite) -> bool:
    if path.suffix in {".xml", ".cfg", ".secret"} or (site.asterisk and path.is_relative_to(site.asterisk.folder)):
        return True
    in_set = path.is_relative_to(site.backup_path) and "files" in path.relative_to(site.backup_path).parts
    return in_set or (path.parent.name == "transaction" and path.suffix == ".new")


def layer(pin: str, *, more: bool = False) -> Layer:
    dns = {"1000": {"gvm_password": pin}, "1001": {"gvm_password": REFUSED_PIN}, "1002": {"gvm_password": pin}}
    return Layer({**dns, "1003": {"gvm_password": FIRST_PIN}} if more else dns)


def search_everything(site: WatchedSite, modes: Modes, failing_modes: Modes) -> Search:
    """Runs all there is, in these modes, and all that fails in those; what was searched."""
    search = Search()
    site.put(layer(FIRST_PIN))
    site.simulator.delay = 30
    with site.served():
        site.settings |= {
            "asterisk_cm_secret": AMI,
            "metrics_file": site.folder / "gvma.prom",
            "keep_last": 500,
            **dict.fromkeys(("on_change", "on_failure"), f"/bin/sh -c 'cat >>{site.folder}/hook.got; echo done'"),
        }
        for number, mode in enumerate(modes):
            form = ("text", "json")[number % 2]
            site.settings |= {"log_format": form, "log_file": site.folder / f"gvma.{form}.log"}
            _every_command(site, mode, search)
        _every_failure(site, failing_modes, search)
        _a_killed_run(site, search)
        _every_source(site, failing_modes, search)
        _process_list(site, search)
    search.folder(site)
    return search


def _every_command(site: WatchedSite, mode: tuple[str, ...], search: Search) -> None:
    site.put(layer(FIRST_PIN))
    assert site.run_sync(None, "--force").status == 0
    _change_by_phone(site)
    site.put(layer(NEXT_PIN, more=True))
    first = min(path.name for path in site.backup_path.iterdir() if path.is_dir() and path.name != "state")
    for line in _COMMANDS:
        words = [word.replace("FIRST", first) for word in line.split(" ")]
        done = site.gvma(*mode, *words)
        assert "internal error" not in done.stdout + done.stderr, (mode, line, done)
        search.output(done, f"{mode} {line}")
    search.folder(site)


def _change_by_phone(site: WatchedSite) -> None:
    """Box 1002 in the file, box 1000 in the spool, as Asterisk does it."""
    site.set_pins({"1002@GVMA_DN": PHONE_PIN})
    secret = site.asterisk.spool / "voicemail/GVMA_DN/1000/secret.conf"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text(f"[general]\npassword = {SPOOL_PIN}\n")


def _every_failure(site: WatchedSite, modes: Modes, search: Search) -> None:
    for failure in ("refuse", "401", "fault", "truncate", "empty", "malformed", "500"):
        site.simulator.fail = failure
        for mode in modes:
            search.output(site.gvma(*mode, "sync"), failure)
    site.simulator.fail = None
    for name, value in (("asterisk_cm_secret", OTHERS["wrong"]), ("asterisk_cm_port", 1)):
        kept = site.settings[name]
        site.settings[name] = value
        for mode in modes:
            for command in (["sync"], ["check"], ["status", "--plan"], ["explain", "1000"]):
                done = site.gvma(*mode, *command)
                assert done.status in (2, 12, 16, 64, 13, 10) or command != ["sync"], done
                search.output(done, f"wrong {name}")
        site.settings[name] = kept
    for mode in modes:
        for at in (5, 40, 90, 140):
            fault = Fault(at=at, how=FAIL, error=5)
            done = site.gvma(*mode, "sync", "--force", fault=fault)
            search.output(done, f"call {at} fails")
        defect = subprocess.run(
            [sys.executable, "-c", _DEFECT.format(pin=FIRST_PIN), *site.words(*mode, "sync")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert defect.returncode == 1, defect
        assert "RuntimeError" in defect.stdout + defect.stderr
        search.output(defect, "a defect")


def _a_killed_run(site: WatchedSite, search: Search) -> None:
    """What it leaves for the next run holds no PIN but in copies of files."""
    for pin, at in ((FIRST_PIN, 100), (NEXT_PIN, 140)):
        site.put(layer(pin))
        done = site.run_sync(None, "--force", fault=Fault(at=at))
        assert done.killed
        search.folder(site)
        for dry in (("--dry-run",), ("--force",)):
            search.output(site.run_sync(None, *dry), "after a kill")


def _every_source(site: WatchedSite, modes: Modes, search: Search) -> None:
    """Passwords from the environment, from files, in the URL, and settings that are wrong."""
    environment = {"GVMA_CFGSERVER_PASSWORD": OTHERS["environment"], "GVMA_AMI_SECRET": OTHERS["environment"]}
    secret = site.folder / "some.secret"
    secret.write_text(f"{OTHERS['file']}\n")
    kept = dict(site.cfgserver)
    for rights in (0o600, 0o644):
        secret.chmod(rights)
        site.cfgserver = kept | {"password_file": secret}
        for line in _SETTINGS_LINES:
            for mode in modes:
                search.output(site.gvma(*mode, *line), f"{rights:o} {line}")
    for changed in (
        {"url": str(kept["url"]).replace("http://", f"http://reader:{URL_PASSWORD}@"), "password": ""},
        {"pasword": PASSWORD},
        {"password": f"{PASSWORD}\n {PASSWORD}"},
    ):
        site.cfgserver = kept | changed
        for line in _SETTINGS_LINES:
            for mode in modes:
                done = site.gvma(*mode, *line, environment=environment)
                search.output(done, f"{list(changed)} {line}")
    site.cfgserver = kept


def _process_list(site: WatchedSite, search: Search) -> None:
    """While a sync waits for Configuration Server."""
    site.simulator.fail = "delay"
    command = [sys.executable, "-m", "gvma", *site.words(*site.sync_words())]
    with child_process(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        wait_until(lambda: (site.backup_path / "lock").read_text() != "", "the sync never took its lock")
        line = Path(f"/proc/{child.pid}/cmdline").read_text()
        child.terminate()
        out, err = child.communicate()
    site.simulator.fail = None
    assert "sync" in line
    search.output(Done(0, line, out + err, []), "the process list")
