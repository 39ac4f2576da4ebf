"""What `sink = realtime` needs of the settings, and that no password stands in the connection string."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.errors import SettingsError
from gvma.settings import Secret
from gvma.settings.dsn import dsn_words
from gvma.settings.reader import examine, load

DSN = "realtime_dsn = host=db dbname=asterisk user=gvma"


def site(folder: Path, *lines: str) -> Path:
    path = folder / "gvma_asterisk76.cfg"
    path.write_text("\n".join(["[gvma_settings]", "sink = realtime", *lines]) + "\n")
    return path


def test_the_keys_are_read(tmp_path: Path) -> None:
    lines = (DSN, "realtime_nodes = ast-1:5038, ast-2:5038", "realtime_driver = pgsql", "realtime_timeout = 7")
    gvma = load(site(tmp_path, *lines), {"GVMA_REALTIME_PASSWORD": "p"}).settings.gvma
    assert gvma.realtime_dsn == "host=db dbname=asterisk user=gvma"
    assert gvma.realtime_nodes == ("ast-1:5038", "ast-2:5038")
    assert (gvma.realtime_driver, gvma.realtime_connection, gvma.realtime_timeout) == ("pgsql", "asterisk", 7.0)
    assert gvma.realtime_password == Secret("p")


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ((), "realtime_dsn"),
        ((DSN, "channel_driver = sip"), "channel_driver"),
        ((DSN, "mwi_mode = REGISTER"), "mwi_mode"),
    ],
)
def test_realtime_needs_a_database_pjsip_and_subscribe(tmp_path: Path, lines: tuple[str, ...], key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(site(tmp_path, *lines), {})
    assert caught.value.exit_status == 78
    assert caught.value.where.endswith(key)


@pytest.mark.parametrize(
    "dsn",
    [
        "host=db user=gvma password=hush-hush",
        "host=db user=gvma password = 'hush-hush'",
        "postgresql://gvma:hush-hush@db/asterisk",
        "postgresql://gvma@db/asterisk?password=hush-hush",
        "host=db user=gvma sslpassword=hush-hush",
    ],
)
def test_a_password_in_the_connection_string_is_refused_and_not_shown(tmp_path: Path, dsn: str) -> None:
    problems = examine(site(tmp_path, f"realtime_dsn = {dsn}"), {}).problems
    assert "must not contain a password" in str(problems[0])
    assert not any("hush" in f"{one} {one.hint}" for one in problems)


@pytest.mark.parametrize("password", ["hush[hush]hush", "hush\u2100hush", "hush[hush"])
def test_a_password_that_makes_the_connection_string_no_uri_is_not_shown(tmp_path: Path, password: str) -> None:
    problems = examine(site(tmp_path, f"realtime_dsn = postgresql://gvma:{password}@db/asterisk"), {}).problems
    assert problems[0].message.startswith("must be a connection string such as ")
    assert not any("hush" in f"{one} {one.hint}" for one in problems)


@pytest.mark.parametrize("dsn", ["host=db", "postgresql://db/asterisk", "db", "host='db"])
def test_a_connection_string_names_its_account(tmp_path: Path, dsn: str) -> None:
    with pytest.raises(SettingsError):
        load(site(tmp_path, f"realtime_dsn = {dsn}"), {})


@pytest.mark.parametrize(
    ("dsn", "user"),
    [
        ("user=gvma", "gvma"),
        ("host=a,b user = 'a b' dbname=x", "a b"),
        (r"user=a\'b host=db", "a'b"),
        ("postgres://a%40b@db/x", "a@b"),
        ("postgresql:///x?host=/run/postgresql&user=gvma", "gvma"),
    ],
)
def test_the_account_is_found_in_either_form(dsn: str, user: str) -> None:
    assert dsn_words(dsn)["user"] == user
