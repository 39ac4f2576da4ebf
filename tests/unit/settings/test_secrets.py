"""Where secrets come from, and that none is ever shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gvma.errors import SettingsError
from gvma.settings import Secret
from gvma.settings.file.source import read_source
from gvma.settings.reader import Loaded, load


def site(folder: Path, *lines: str) -> Path:
    path = folder / "gvma_asterisk76.cfg"
    path.write_text("[cfgserver]\npassword = inline\n" + "\n".join(lines) + "\n")
    return path


def secret_file(folder: Path, content: bytes = b"from file\n", mode: int = 0o600) -> Path:
    path = folder / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def password(result: Loaded) -> tuple[str, str]:
    return result.settings.cfgserver.password.reveal(), result.origins["cfgserver.password"]


def test_credential_comes_before_file_before_environment_before_the_settings_file(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "cfgserver-password").write_bytes(b"from credential\n")
    file = secret_file(tmp_path)
    plain, with_file = site(tmp_path), f"password_file = {file.name}"
    environ = {"CREDENTIALS_DIRECTORY": str(credentials), "GVMA_CFGSERVER_PASSWORD": "from environment"}

    assert password(load(plain, {})) == ("inline", f"{plain}:2")
    only_variable = {"GVMA_CFGSERVER_PASSWORD": "from environment"}
    assert password(load(plain, only_variable)) == ("from environment", "environment GVMA_CFGSERVER_PASSWORD")
    site(tmp_path, with_file)
    assert password(load(plain, only_variable)) == ("from file", f"secret file {file}")
    assert password(load(plain, environ)) == ("from credential", f"credential {credentials / 'cfgserver-password'}")


def test_the_ami_secret_has_the_same_sources(tmp_path: Path) -> None:
    path = site(tmp_path, "[gvma_settings]", "asterisk_cm_secret_file = secret")
    secret_file(tmp_path)
    assert load(path, {}).settings.gvma.asterisk_cm_secret == Secret("from file")
    site(tmp_path)
    assert load(path, {"GVMA_AMI_SECRET": "e"}).settings.gvma.asterisk_cm_secret == Secret("e")
    (tmp_path / "ami-secret").write_text("c")
    assert load(path, {"CREDENTIALS_DIRECTORY": str(tmp_path)}).settings.gvma.asterisk_cm_secret == Secret("c")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_secret_file_that_others_may_read_is_refused_with_the_command_that_helps(tmp_path: Path, mode: int) -> None:
    file = secret_file(tmp_path, mode=mode)
    path = site(tmp_path, "password_file = secret")
    with pytest.raises(SettingsError) as caught:
        load(path, {})
    assert caught.value.where == f"{path}, line 3, password_file"
    assert f"chmod 600 {file}" in caught.value.hint
    assert "from file" not in f"{caught.value} {caught.value.hint}"


def test_a_credential_is_read_whatever_its_rights_show(tmp_path: Path) -> None:
    (tmp_path / "cfgserver-password").write_text("c")
    (tmp_path / "cfgserver-password").chmod(0o440)
    assert password(load(site(tmp_path), {"CREDENTIALS_DIRECTORY": str(tmp_path)}))[0] == "c"


def test_a_credential_that_cannot_be_looked_at_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="File name too long"):
        load(site(tmp_path), {"CREDENTIALS_DIRECTORY": f"{tmp_path}/{'x' * 300}"})


@pytest.mark.parametrize(
    ("content", "text"), [(b"a", "a"), (b"a\n", "a"), (b"a\r\n", "a"), (b" a ", " a "), ("ä".encode("latin-1"), "ä")]
)
def test_only_the_line_end_is_no_part_of_the_secret(tmp_path: Path, content: bytes, text: str) -> None:
    secret_file(tmp_path, content)
    assert password(load(site(tmp_path, "password_file = secret"), {}))[0] == text


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines\n", b"x" * 5000, b"a\0b"])
def test_what_is_no_secret_is_refused_unseen(tmp_path: Path, content: bytes) -> None:
    secret_file(tmp_path, content)
    with pytest.raises(SettingsError) as caught:
        load(site(tmp_path, "password_file = secret"), {})
    assert "two" not in str(caught.value)


def test_a_missing_secret_file_and_one_that_is_no_file_are_refused(tmp_path: Path) -> None:
    path = site(tmp_path, "password_file = secret")
    with pytest.raises(SettingsError, match="No such file"):
        load(path, {})
    os.mkfifo(tmp_path / "secret", 0o600)
    with pytest.raises(SettingsError, match="not a regular file"):
        load(path, {})


def test_a_placeholder_does_not_matter_where_the_secret_comes_from_elsewhere(tmp_path: Path) -> None:
    path = site(tmp_path)
    path.write_text("[cfgserver]\npassword = <config server password>\n")
    with pytest.raises(SettingsError, match="placeholder"):
        load(path, {})
    assert password(load(path, {"GVMA_CFGSERVER_PASSWORD": "e"}))[0] == "e"


def test_an_empty_variable_is_none(tmp_path: Path) -> None:
    assert password(load(site(tmp_path), {"GVMA_CFGSERVER_PASSWORD": ""}))[0] == "inline"


def test_no_secret_is_in_the_repr_of_what_was_loaded(tmp_path: Path) -> None:
    assert "inline" not in repr(load(site(tmp_path), {}))
    source = read_source(site(tmp_path))
    assert "inline" not in repr((source, source.entries))


def test_a_secret_that_cannot_be_read_stops_only_who_needs_its_section(tmp_path: Path) -> None:
    path = tmp_path / "gvma_asterisk76.cfg"
    path.write_text("[cfgserver]\npassword_file = /nowhere/secret\n[media]\nagi_port = 4574\n")
    assert load(path, {}, without=("cfgserver",)).settings.media.agi_port == 4574
    with pytest.raises(SettingsError):
        load(path, {})
