"""TLS to Configuration Server: real handshakes with a good, an expired, a foreign and a wrong-name certificate."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from gvma.configserver.client import ConfigurationServer
from gvma.errors import ConfigServerTimeout, ConfigServerTlsError
from gvma.settings.model import ConfigServerSettings, Secret
from tests.fakes.soap import dripping, http, sending, server
from tests.unit.configserver.asking import ANSWER

PASSWORD = "tls-s3cr3t-word"
OURS = trustme.CA()
FOREIGN = trustme.CA()


@pytest.fixture
def ca_file(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    OURS.cert_pem.write_to_path(path)
    return path


def served_with(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def ask(url: str, ca_file: Path | None, *, verify: bool = True, timeout: float = 60.0) -> list[str]:
    settings = ConfigServerSettings(
        url=url, username="gvma", password=Secret(PASSWORD), ca_file=ca_file, tls_verify=verify, timeout=timeout
    )
    with ConfigurationServer(settings) as configuration_server:
        return [dn.number for dn in configuration_server.query("CfgDN")]


def test_a_good_certificate_of_a_known_authority_is_accepted(ca_file: Path) -> None:
    with server(sending(http(ANSWER)), served_with(OURS.issue_cert("127.0.0.1"))) as heard:
        assert ask(heard.url, ca_file) == ["10001"]


@pytest.mark.parametrize(
    ("certificate", "says"),
    [
        (OURS.issue_cert("127.0.0.1", not_after=datetime.now(UTC) - timedelta(days=1)), "expired"),
        (FOREIGN.issue_cert("127.0.0.1"), "local issuer|self.signed"),
        (OURS.issue_cert("configuration.example"), "mismatch|not valid for"),
    ],
    ids=["expired", "foreign authority", "wrong name"],
)
def test_any_other_certificate_is_refused_before_the_password_is_sent(
    certificate: trustme.LeafCert, says: str, ca_file: Path
) -> None:
    with server(sending(http(ANSWER)), served_with(certificate)) as heard:
        with pytest.raises(ConfigServerTlsError, match=says) as caught:
            ask(heard.url, ca_file)
    assert heard.requests == []
    assert caught.value.exit_status == 10
    assert caught.value.hint.startswith("Nothing was written.")
    assert PASSWORD not in str(caught.value)


def test_without_ca_file_the_systems_authorities_decide() -> None:
    with server(sending(http(ANSWER)), served_with(OURS.issue_cert("127.0.0.1"))) as heard:
        with pytest.raises(ConfigServerTlsError):
            ask(heard.url, None)


def test_the_systems_authorities_are_taken_from_where_openssl_has_them(
    ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    with server(sending(http(ANSWER)), served_with(OURS.issue_cert("127.0.0.1"))) as heard:
        assert ask(heard.url, None) == ["10001"]


def test_tls_verify_no_accepts_any_certificate_and_says_nothing() -> None:
    with server(sending(http(ANSWER)), served_with(FOREIGN.issue_cert("other.example"))) as heard:
        assert ask(heard.url, None, verify=False) == ["10001"]


def test_a_ca_file_that_holds_no_certificate_is_a_tls_error(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("no certificate\n")
    with server(sending(http(ANSWER)), served_with(OURS.issue_cert("127.0.0.1"))) as heard:
        with pytest.raises(ConfigServerTlsError):
            ask(heard.url, path)


def test_an_answer_in_drops_over_tls_ends_with_the_deadline(ca_file: Path) -> None:
    play = dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n<CfgData>", b" ", 0.02)
    with server(play, served_with(OURS.issue_cert("127.0.0.1"))) as heard:
        with pytest.raises(ConfigServerTimeout):
            ask(heard.url, ca_file, timeout=0.1)
