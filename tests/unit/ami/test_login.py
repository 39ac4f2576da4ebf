"""How AMI is reached: logins that succeed, are refused, or never come to an end; nothing of them is logged."""

from __future__ import annotations

import logging
import socket
import traceback
from typing import Any

import pytest

from gvma.ami.connection.conversation import AmiConversation
from gvma.ami.manager import connect
from gvma.errors import AsteriskUnreachableError, CredentialsError, SettingsError
from gvma.settings.model import GvmaSettings, Secret
from tests.fakes.ami import HANG_UP, SECRET, SILENCE, Reply, ScriptedManager, error, success
from tests.fakes.deaf import deaf_port


def test_a_login_gives_the_version_and_waits_for_the_modules() -> None:
    with ScriptedManager() as server:
        with connect(server.settings()) as ami:
            assert ami.version == "22.1.0"
        assert server.actions() == ["Challenge", "Login", "Command", "CoreSettings", "Logoff"]
        assert server.received[2]["Command"] == "core waitfullybooted"
        assert server.received[1]["Events"] == "off"


def test_the_secret_is_never_sent_only_its_digest_with_the_challenge() -> None:
    with ScriptedManager() as server, connect(server.settings()):
        challenge, login = server.received[:2]
    assert challenge["AuthType"] == login["AuthType"] == "MD5"
    assert SECRET not in str(server.received)


@pytest.mark.parametrize("offered", [error("Invalid/unknown command: Challenge."), success("Challenge: "), success()])
def test_without_a_challenge_and_without_tls_no_login_is_sent(offered: Reply) -> None:
    with ScriptedManager({"Challenge": offered}) as server:
        with pytest.raises(CredentialsError, match="offers no challenge, and without TLS the secret is not sent"):
            connect(server.settings())
        assert server.actions() == ["Challenge", "Logoff"]
        assert SECRET not in str(server.received)


def test_an_address_of_a_family_that_this_host_does_not_have_is_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    look_up = socket.getaddrinfo

    def with_another_family(*asked: Any, **kinds: Any) -> list[Any]:
        found = look_up(*asked, **kinds)
        return [(socket.AF_APPLETALK, *found[0][1:]), *found]

    monkeypatch.setattr(socket, "getaddrinfo", with_another_family)
    with ScriptedManager() as server, connect(server.settings()) as ami:
        assert ami.version == "22.1.0"


@pytest.mark.parametrize("refused", ["Challenge", "Login"])
def test_an_account_in_use_elsewhere_is_not_said_to_have_a_wrong_secret(refused: str) -> None:
    with ScriptedManager({refused: error("Login Already In Use")}) as server:
        with pytest.raises(CredentialsError, match="'gvma' is in use by another connection") as raised:
            connect(server.settings())
    assert "allowmultiplelogin" in raised.value.hint
    assert "asterisk_cm_secret" not in raised.value.hint


def test_a_refused_connection_is_unreachable_at_once() -> None:
    with deaf_port() as port, pytest.raises(AsteriskUnreachableError, match="reached: Connection refused$") as raised:
        connect(GvmaSettings(asterisk_cm_port=port, asterisk_cm_timeout=60))
    assert raised.value.where == f"127.0.0.1:{port}"
    assert raised.value.hint


def test_a_host_of_two_addresses_that_both_refuse_is_named_without_python_s_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with deaf_port() as port:
        both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.1", "127.0.0.2")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
        with pytest.raises(AsteriskUnreachableError, match="cannot be reached: no address of this host takes"):
            connect(GvmaSettings(asterisk_cm_host="two.example", asterisk_cm_port=port, asterisk_cm_timeout=60))


def test_an_unknown_host_is_unreachable() -> None:
    with pytest.raises(AsteriskUnreachableError, match="cannot be reached"):
        connect(GvmaSettings(asterisk_cm_host="asterisk.invalid", asterisk_cm_timeout=60))


def test_a_server_that_says_nothing_is_unreachable_when_the_time_is_over() -> None:
    with ScriptedManager({"Challenge": SILENCE}, banner=None) as server:
        with pytest.raises(AsteriskUnreachableError, match="the login within 0.2 s"):
            connect(server.settings(asterisk_cm_timeout=0.2))


def test_a_login_that_is_never_answered_is_unreachable_when_the_time_is_over() -> None:
    with ScriptedManager({"Login": SILENCE}) as server:
        with pytest.raises(AsteriskUnreachableError, match="the login within 0.2 s"):
            connect(server.settings(asterisk_cm_timeout=0.2))


@pytest.mark.parametrize("banner", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"\0\1\2"])
def test_another_service_on_the_port_is_named_as_such(banner: bytes) -> None:
    with ScriptedManager(banner=banner) as server:
        with pytest.raises(AsteriskUnreachableError, match="not Asterisk's manager interface"):
            connect(server.settings())


def test_a_connection_closed_at_the_login_is_unreachable_and_the_login_is_not_sent_again() -> None:
    with ScriptedManager({"Login": HANG_UP}) as server:
        with pytest.raises(AsteriskUnreachableError, match="closed the connection before the answer to the login"):
            connect(server.settings())
        assert server.actions() == ["Challenge", "Login"]


def test_a_wrong_secret_is_a_credentials_error_without_the_secret() -> None:
    wrong = SECRET[::-1]
    with ScriptedManager() as server:
        with pytest.raises(CredentialsError, match="refused the AMI login of 'gvma'") as raised:
            connect(server.settings(asterisk_cm_secret=Secret(wrong)))
    shown = "".join(traceback.format_exception(raised.value)) + repr(vars(raised.value))
    assert wrong not in shown


@pytest.mark.parametrize("field", ["asterisk_cm_username", "asterisk_cm_secret"])
def test_a_line_end_in_the_account_is_refused_before_it_is_sent(field: str) -> None:
    value = "gvma\r\nAction: Originate"
    with ScriptedManager() as server:
        with pytest.raises(SettingsError, match="line end"):
            connect(server.settings(**{field: Secret(value) if field.endswith("secret") else value}))
        assert server.received == []


def test_nothing_of_the_conversation_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with ScriptedManager({"Ping": HANG_UP}) as server:
        with connect(server.settings()) as ami, pytest.raises(AsteriskUnreachableError):
            ami.action("Ping")
    assert SECRET not in caplog.text
    assert [record for record in caplog.records if record.name.startswith(("panoramisk", "gvma"))] == []


def test_a_missing_command_class_is_named_at_the_login() -> None:
    with ScriptedManager({"Command": error("Permission denied")}) as server:
        with pytest.raises(CredentialsError, match="'command'"):
            connect(server.settings())


def test_an_asterisk_that_still_boots_is_unreachable_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = AmiConversation.ask
    monkeypatch.setattr(AmiConversation, "ask", lambda self, name, fields: ask(self, name, fields, 0.2))
    with ScriptedManager({"Command": SILENCE}) as server:
        with pytest.raises(AsteriskUnreachableError, match=r"Command within 0\.2 s"):
            connect(server.settings())
