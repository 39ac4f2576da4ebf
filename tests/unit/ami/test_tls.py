"""AMI over TLS: a certificate that is not to be trusted ends the conversation before the login."""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path

import pytest
import trustme

from gvma.ami.manager import connect
from gvma.errors import AsteriskUnreachableError, SettingsError
from tests.fakes.ami import SECRET, ScriptedManager, error


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


def served_with(certificate: trustme.LeafCert) -> ScriptedManager:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return ScriptedManager(tls=context)


def test_a_certificate_of_the_named_authority_is_trusted(authority: trustme.CA, ca_file: Path) -> None:
    with served_with(authority.issue_cert("127.0.0.1")) as server:
        with connect(server.settings(asterisk_cm_tls=True, asterisk_cm_ca_file=ca_file)) as ami:
            ami.action("Ping")
        assert server.actions()[-1] == "Logoff"


def test_over_tls_a_server_without_challenges_gets_the_secret(authority: trustme.CA, ca_file: Path) -> None:
    with served_with(authority.issue_cert("127.0.0.1")) as server:
        server.replies["Challenge"] = error("Permission denied")
        with connect(server.settings(asterisk_cm_tls=True, asterisk_cm_ca_file=ca_file)):
            assert server.received[1]["Secret"] == SECRET


def test_over_tls_too_the_challenge_comes_first(authority: trustme.CA, ca_file: Path) -> None:
    with served_with(authority.issue_cert("127.0.0.1")) as server:
        with connect(server.settings(asterisk_cm_tls=True, asterisk_cm_ca_file=ca_file)):
            assert SECRET not in str(server.received)


def test_an_expired_certificate_is_not_trusted(authority: trustme.CA, ca_file: Path) -> None:
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    expired = authority.issue_cert("127.0.0.1", not_before=yesterday - dt.timedelta(days=9), not_after=yesterday)
    with served_with(expired) as server:
        with pytest.raises(AsteriskUnreachableError, match="not trusted: certificate has expired"):
            connect(server.settings(asterisk_cm_tls=True, asterisk_cm_ca_file=ca_file))
        assert server.received == []


def test_a_foreign_certificate_is_not_trusted(ca_file: Path) -> None:
    with served_with(trustme.CA().issue_cert("127.0.0.1")) as server:
        with pytest.raises(AsteriskUnreachableError, match="not trusted"):
            connect(server.settings(asterisk_cm_tls=True, asterisk_cm_ca_file=ca_file))
        assert server.received == []


def test_without_an_authority_named_only_the_systems_are_trusted(authority: trustme.CA) -> None:
    with served_with(authority.issue_cert("127.0.0.1")) as server:
        with pytest.raises(AsteriskUnreachableError, match="not trusted") as raised:
            connect(server.settings(asterisk_cm_tls=True))
        assert server.received == []
    assert "asterisk_cm_ca_file" in raised.value.hint


def test_a_certificate_for_another_host_is_not_trusted(authority: trustme.CA, ca_file: Path) -> None:
    with served_with(authority.issue_cert("pbx.example")) as server:
        with pytest.raises(AsteriskUnreachableError, match="not trusted: .*127.0.0.1"):
            connect(server.settings(asterisk_cm_tls=True, asterisk_cm_ca_file=ca_file))
        assert server.received == []


def test_a_server_without_tls_gets_no_login(ca_file: Path) -> None:
    with ScriptedManager() as server:
        with pytest.raises(AsteriskUnreachableError, match="no TLS there"):
            connect(server.settings(asterisk_cm_tls=True, asterisk_cm_ca_file=ca_file))
        assert server.received == []


def test_a_tls_server_asked_without_tls_is_unreachable(authority: trustme.CA) -> None:
    with served_with(authority.issue_cert("127.0.0.1")) as server:
        with pytest.raises(AsteriskUnreachableError):
            connect(server.settings())
        assert server.received == []


@pytest.mark.parametrize("text", [None, "no certificate\n"])
def test_an_authority_that_cannot_be_read_is_a_fault_of_the_settings(tmp_path: Path, text: str | None) -> None:
    ca_file = tmp_path / "ca.pem"
    if text is not None:
        ca_file.write_text(text)
    with ScriptedManager() as server:
        with pytest.raises(SettingsError, match="asterisk_cm_ca_file cannot be used: [A-Za-z ]+$") as raised:
            connect(server.settings(asterisk_cm_tls=True, asterisk_cm_ca_file=ca_file))
    assert raised.value.hint
