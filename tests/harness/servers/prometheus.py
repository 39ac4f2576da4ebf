"""A private Prometheus on 127.0.0.1, unpacked from Debian packages, with two targets that a test gives."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from gvma.demo.debian import NotObtainableError
from gvma.demo.packages import output, unpacked
from gvma.demo.ports import free_port
from tests.harness.waiting import wait_until

_CONFIGURATION = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: gvma
    static_configs: [{{targets: [{targets}]}}]
"""


@dataclass(frozen=True, slots=True)
class PrometheusPrograms:
    """The server, and promtool, which reads rules as the server does. Neither needs a library."""

    prometheus: Path
    promtool: Path


def obtain_prometheus() -> PrometheusPrograms:
    """Prometheus 2 or later. Raises NotObtainableError where it cannot be had."""
    return _at(unpacked("prometheus", ("bookworm", "trixie"), ("prometheus",), _at))


def _at(place: Path) -> PrometheusPrograms:
    found = PrometheusPrograms(place / "usr/bin/prometheus", place / "usr/bin/promtool")
    for program in (found.prometheus, found.promtool):
        if "version" not in output([str(program), "--version"]):
            raise NotObtainableError("the packages do not hold a Prometheus that runs", where=str(program))
    return found


class PrivatePrometheus:
    """A context manager. targets: host:port of each; rules: files. folder: for its database and its log."""

    def __init__(self, folder: Path, targets: list[str], rules: list[Path]) -> None:
        self._folder, self._targets, self._rules = folder, targets, rules
        self._port = free_port(socket.SOCK_STREAM)
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        rules = ", ".join(json.dumps(str(path)) for path in self._rules)
        targets = ", ".join(json.dumps(target) for target in self._targets)
        configuration = self._folder / "prometheus.yml"
        configuration.write_text(_CONFIGURATION.format(rules=rules, targets=targets))
        with (self._folder / "prometheus.log").open("wb") as log:
            self._child = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig", "KILL", "--", str(obtain_prometheus().prometheus)),
                    f"--config.file={configuration}",
                    f"--storage.tsdb.path={self._folder}/tsdb",
                    f"--web.listen-address=127.0.0.1:{self._port}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            wait_until(self._is_ready, "Prometheus is not ready", self.log)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        assert self._child is not None
        self._child.send_signal(signal.SIGTERM)
        try:
            self._child.wait(60)
        finally:
            self._child.kill()
            self._child.wait()

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples of an expression now: each with ``metric`` (its labels) and ``value``."""
        answer = self._asked("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        return list(answer["data"]["result"])

    def alerts(self) -> set[str]:
        """The names of the alerts that are pending or firing."""
        return {alert["labels"]["alertname"] for alert in self._asked("/api/v1/alerts")["data"]["alerts"]}

    def rules(self) -> dict[str, str]:
        """The health of each rule by its name: ``ok``, ``err``, or ``unknown`` before it was evaluated."""
        groups = self._asked("/api/v1/rules")["data"]["groups"]
        return {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}

    def log(self) -> str:
        return (self._folder / "prometheus.log").read_text("utf-8", "replace")

    def _asked(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=60) as answer:
            return dict(json.load(answer))

    def _is_ready(self) -> bool:
        assert self._child is not None
        assert self._child.poll() is None, self.log()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self._port)) != 0:
                return False
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/-/ready", timeout=60):
                return True
        except OSError:
            return False
