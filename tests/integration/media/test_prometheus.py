"""A real Prometheus reads the figures of a running media server and of a sync, with the rules and the dashboard."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gvma.demo.ports import free_port
from gvma.sync.after.metrics import Figures, write_metrics
from tests.harness.servers.media_server import MediaServer
from tests.harness.servers.prometheus import PrivatePrometheus, obtain_prometheus
from tests.harness.waiting import wait_until

CONTRIB = Path(__file__).resolve().parents[3] / "contrib"
RULES = sorted((CONTRIB / "prometheus").glob("*.rules.yml"))
DASHBOARD = CONTRIB / "grafana/gvma.json"
PREAMBLE = b"agi_network: yes\nagi_network_script: %s\nagi_channel: PJSIP/1-1\nagi_uniqueid: 1.1\n\n"


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def sync_target(tmp_path: Path) -> Iterator[str]:
    """host:port where the metrics_file of a sync that failed is read, as node_exporter would show it."""
    folder = tmp_path / "textfile"
    folder.mkdir()
    write_metrics(folder / "metrics", Figures(1_794_999_000.0, 1.5, 0, {"add": 0}, {"dn": 7}, {}))
    changes = {"add": 2, "change": 0, "remove": 30}
    write_metrics(
        folder / "metrics", Figures(1_795_000_000.0, 1.5, 16, changes, {"dn": 7}, {"app_voicemail.so": False})
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def media(tmp_path: Path) -> Iterator[tuple[MediaServer, str]]:
    """A media server, and host:port of its figures."""
    metrics = f"127.0.0.1:{free_port(socket.SOCK_STREAM)}"
    server = MediaServer(tmp_path)
    server.configure(metrics=metrics)
    server.start()
    yield server, metrics
    server.stop()


def call(server: MediaServer, route: bytes) -> None:
    """A call to a route that refuses, or that does not exist."""
    with socket.create_connection(("127.0.0.1", server.port), 60) as peer, peer.makefile("rb") as lines:
        peer.sendall(PREAMBLE % route)
        while lines.readline().startswith((b"GET", b"SET", b"EXEC")):
            peer.sendall(b"200 result=1\n")


def queries() -> list[str]:
    """The dashboard's queries as Grafana sends them with every host chosen."""
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    found = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    return [expr.replace("$instance", ".*").replace("$__rate_interval", "30s") for expr in found]


@pytest.mark.parametrize("rules", RULES, ids=lambda path: path.name)
def test_promtool_finds_nothing_wrong_with_the_rules(rules: Path) -> None:
    done = subprocess.run(
        [str(obtain_prometheus().promtool), "check", "rules", str(rules)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"SUCCESS: \d+ rules found", done.stdout)


def test_every_query_of_the_dashboard_finds_samples_and_every_rule_is_evaluated(
    media: tuple[MediaServer, str], sync_target: str, tmp_path: Path
) -> None:
    server, metrics = media
    folder = tmp_path / "prometheus"
    folder.mkdir()
    with PrivatePrometheus(folder, [metrics, sync_target], RULES) as prometheus:
        wait_until(lambda: len(prometheus.query("gvma_build_info")) == 2, "two targets are not read", prometheus.log)
        for route in (b"dialog", b"treatmnt"):
            call(server, route)
        call(server, b"dialog")

        def all_found() -> bool:
            return all(prometheus.query(expression) for expression in queries() if "refused_total" not in expression)

        wait_until(all_found, "a query finds nothing", lambda: missing(prometheus))
        wait_until(
            lambda: set(prometheus.rules().values()) == {"ok"},
            "a rule fails, or is not evaluated",
            lambda: str(prometheus.rules()),
        )
        refused = prometheus.query('sum(gvma_agi_calls_total{route="dialog",outcome="refused"})')
        assert [sample["value"][1] for sample in refused] == ["2"]
        assert [
            sample["value"][1] for sample in prometheus.query('gvma_agi_calls_total{route="unknown",outcome="failed"}')
        ] == ["1"]
        waiting_for = {"GvmaSyncFailed", "GvmaSyncTooOld", "GvmaReloadFailed", "GvmaManyMailboxesRemoved"}
        wait_until(lambda: waiting_for <= prometheus.alerts(), "an alert is missing", lambda: str(prometheus.alerts()))


def missing(prometheus: PrivatePrometheus) -> str:
    return "\n".join(expression for expression in queries() if not prometheus.query(expression))


def test_the_dashboard_shows_each_figure_of_the_media_server_and_none_that_no_page_names() -> None:
    named = {re.sub("_bucket$", "", name) for name in re.findall(r"\bgvma_\w+", " ".join(queries()))}
    pages = "".join((CONTRIB.parent / "docs" / page).read_text("utf-8") for page in ("alerts.md", "media.md"))
    given = set(re.findall(r"\bgvma_\w+", pages))
    assert named <= given
    assert {name for name in given if name.startswith("gvma_agi_")} <= named
