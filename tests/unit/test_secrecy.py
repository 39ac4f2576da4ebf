"""What is a secret: names of options, lines of Asterisk's files, and texts of strangers."""

from __future__ import annotations

import pytest

from gvma.secrecy import box_lines, is_secret, masked_echo, masked_line, masked_option, masked_text


@pytest.mark.parametrize(
    "name",
    [
        "gvm_password",
        "auth-secret",
        "password",
        "secret",
        "md5secret",
        "remotesecret",
        "vmsecret",
        "md5_cred",
        "password_digest",
        "refresh_token",
        "oauth_secret",
        "imappassword",
        "dbpass",
        "pass",
        "passwd",
        "passphrase",
        "pin",
        "ADMIN_PIN",
        "Auth-Secret",
        "inbound_auth/password",
    ],
)
def test_the_name_says_that_the_value_is_a_secret(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "gvm_name",
        "gvm_email",
        "passwordlocation",
        "password_file",
        "password_format",
        "minpassword",
        "asterisk_cm_secret_file",
        "outbound_auth",
        "auth_type",
        "mailbox",
        "opinion",
        "bypass",
        "tlsprivatekey",
    ],
)
def test_a_name_that_only_sounds_like_one_is_shown(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("gvm_password", "4711", "****"),
        ("auth-secret", "hunter2", "****"),
        ("gvm_name", "Ann Smith", "Ann Smith"),
        ("gvm_email", "ann@example.com", "ann@example.com"),
        ("contact", "sip:1000@10.0.0.1:5060", "sip:1000@10.0.0.1:5060"),
        ("contact", "sip:1000:hunter2@10.0.0.1", "sip:1000:****@10.0.0.1"),
        ("gvm_options", "operator=yes|attach=no", "operator=yes|attach=no"),
        ("gvm_options", "imapuser=ann|imappassword=a b,c|attach=no", "imapuser=ann|imappassword=****|attach=no"),
        ("gvm_options", "operator=yes,imappassword = x", "operator=yes,imappassword = ****"),
        ("gvm_options", "passwordlocation=spooldir", "passwordlocation=spooldir"),
        ("gvm_options", "secret=", "secret="),
    ],
)
def test_an_option_of_configuration_server_is_shown_without_its_secret(name: str, value: str, shown: str) -> None:
    assert masked_option(name, value) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("secret = hunter2\n", "secret = ****\n"),
        ("secret += hunter2\n", "secret += ****\n"),
        ("secret+=>hunter2\n", "secret+=>****\n"),
        ("md5secret=0123\n", "md5secret=****\n"),
        ("password=x\n", "password=****\n"),
        ("password_digest = MD5:realm:0123\n", "password_digest = ****\n"),
        ("refresh_token=1//abc\n", "refresh_token=****\n"),
        ("auth/password = x\n", "auth/password = ****\n"),
        ("register => user:pw@host/1\n", "register => ****\n"),
        ("auth = mark:topsecret@example.com\n", "auth = ****\n"),
        ("auth=mark#0123abcd\n", "auth=****\n"),
        ("auth = sipserver-auth\n", "auth = sipserver-auth\n"),
        (";secret=old\n", ";secret=****\n"),
        (";  ;secret=old ; since May\n", ";  ;secret=****\n"),
        (";-- secret = old --;\n", ";-- secret = ****\n"),
        ("imappassword = x\n", "imappassword = ****\n"),
        ("externpassnotify = /usr/bin/notify --key x\n", "externpassnotify = ****\n"),
        ("secret =\n", "secret =\n"),
        ("secret = hunter2", "secret = ****"),
        ("host=10.0.0.1\n", "host=10.0.0.1\n"),
        ("passwordlocation=spooldir\n", "passwordlocation=spooldir\n"),
        ("contact=sip:ann:hunter2@10.0.0.1\n", "contact=sip:ann:****@10.0.0.1\n"),
        ("#exec /usr/bin/peers --password=hunter2 --all\n", "#exec /usr/bin/peers --password=****\n"),
    ],
)
def test_a_line_of_any_file_is_shown_without_its_secret(line: str, shown: str) -> None:
    assert masked_line(line, box=False) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("exten => 1,n,Authenticate(4711)\n", "exten => 1,n,Authenticate(****)\n"),
        ("same => n,Authenticate(4711,d,4)\n", "same => n,Authenticate(****,d,4)\n"),
        (" Authenticate(4711);\n", " Authenticate(****);\n"),
        (";same => n,authenticate( 4711 )\n", ";same => n,authenticate(****)\n"),
        ("exten => 1,1,VMAuthenticate(1000@default)\n", "exten => 1,1,VMAuthenticate(1000@default)\n"),
        ("exten => 1,1,DISA(4711,default)\n", "exten => 1,1,DISA(****,default)\n"),
        ("exten => 1,1,MeetMe(600,dP,4711)\n", "exten => 1,1,MeetMe(600,dP,****)\n"),
        ("exten => 1,1,MeetMe(600,d)\n", "exten => 1,1,MeetMe(600,d)\n"),
        ("same => n,Set(ADMIN_PIN=4711)\n", "same => n,Set(ADMIN_PIN=****)\n"),
        ("same => n,Set(CONFBRIDGE(user,pin)=4711)\n", "same => n,Set(CONFBRIDGE(user,pin)=****)\n"),
        ("same => n,Set(CURLOPT(userpwd)=ann:hunter2)\n", "same => n,Set(CURLOPT(userpwd)=****)\n"),
        ("same => n,Dial(SIP/ann:hunter2@trunk/1)\n", "same => n,Dial(SIP/ann:****@trunk/1)\n"),
        ("  Set(CONFBRIDGE(user,pin)=4711);\n", "  Set(CONFBRIDGE(user,pin)=****\n"),
        ("ADMIN_PIN = 4711\n", "ADMIN_PIN = ****\n"),
        ("same => n,Voicemail(1000@default,u)\n", "same => n,Voicemail(1000@default,u)\n"),
    ],
)
def test_a_line_of_the_dialplan_is_shown_without_its_secret(line: str, shown: str) -> None:
    assert masked_line(line, box=False) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("1000 => 4711,Ann,ann@example.com,,\n", "1000 => ****,Ann,ann@example.com,,\n"),
        ("1000=4711\n", "1000=****\n"),
        ("1000 => 47\\;11,Ann\n", "1000 => ****,Ann\n"),
        ("1000 => 4711 ; the new one\n", "1000 => **** ; the new one\n"),
        (";1000 => 4711,Ann\n", ";1000 => ****,Ann\n"),
        ("; 1000=4711,Ann\n", "; 1000=****,Ann\n"),
        (";-- 1000 => 4711,Ann --;\n", ";-- 1000 => ****,Ann --;\n"),
        ("1000 => ,Ann\n", "1000 => ,Ann\n"),
        (
            "1000 => 4711,Ann,,,imapuser=ann|imappassword=hunter2|attach=no\n",
            "1000 => ****,Ann,,,imapuser=ann|imappassword=****|attach=no\n",
        ),
        ("; plain words\n", "; plain words\n"),
    ],
)
def test_a_line_of_mailboxes_is_shown_without_its_pin(line: str, shown: str) -> None:
    assert masked_line(line, box=True) == shown


def test_the_lines_that_may_be_boxes_are_known_by_section_by_number_and_behind_a_comment_sign() -> None:
    lines = [
        "[general]\n",
        "maxmsg=100\n",
        ";1000 => 4711,Ann\n",
        "[zonemessages]\n",
        "central24=America/Chicago|'vm-received'\n",
        ";[sales]\n",
        ";ann => 4711,Ann\n",
        ";1001=4711,Ann\n",
        "[default]\n",
        "ann=4711,Ann\n",
    ]
    assert [line for line, box in zip(lines, box_lines(lines), strict=True) if box] == [
        ";1000 => 4711,Ann\n",
        ";ann => 4711,Ann\n",
        ";1001=4711,Ann\n",
        "ann=4711,Ann\n",
    ]


def test_credentials_in_a_text_are_masked_wherever_it_comes_from() -> None:
    assert masked_text("GET http://ann:hunter2@10.0.0.1/x") == "GET http://ann:****@10.0.0.1/x"
    assert masked_text("Authorization: Basic Z3ZtYTpodW50ZXIy") == "Authorization: Basic ****"
    assert masked_text("sip:ann@10.0.0.1:5060 to bob@10.0.0.2") == "sip:ann@10.0.0.1:5060 to bob@10.0.0.2"


@pytest.mark.parametrize(
    ("echo", "shown"),
    [
        ("no user gvma/p&ss w@rd", "no user gvma/****"),
        ("no user gvma/p&amp;ss w@rd", "no user gvma/****"),
        ("http://gvma:p%26ss%20w%40rd@host/", "http://gvma:****@host/"),
        ("header Z3ZtYTpwJnNzIHdAcmQ=", "header ****"),
        ("Authorization: Basic Z3ZtYTpwJnNzIHdAcmQ= refused", "Authorization: Basic **** refused"),
    ],
)
def test_a_password_that_a_server_echoes_is_masked_in_each_of_its_forms(echo: str, shown: str) -> None:
    assert masked_echo(echo, "gvma", "p&ss w@rd") == shown


def test_without_a_password_an_echo_is_as_it_was() -> None:
    assert masked_echo("no such tenant", "", "") == "no such tenant"
