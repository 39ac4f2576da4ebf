"""The settings file as it holds for a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gvma.errors import SettingsError
from gvma.settings import ConfigServerSettings, GvmaSettings, Secret, Settings, reader
from gvma.settings.keys import KEYS, SECTIONS
from gvma.settings.lacking import lacking, sections_in_use
from gvma.settings.reader import Loaded, examine, load
from tests.unit.settings.manual import MANUAL_FILE


def settings_file(folder: Path, text: str | bytes, name: str = "gvma_asterisk76.cfg") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def loaded(folder: Path, text: str | bytes) -> Loaded:
    return load(settings_file(folder, text), {})


def problem(folder: Path, text: str | bytes) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        loaded(folder, text)
    return caught.value


def test_the_manuals_file_is_read_as_it_is(tmp_path: Path) -> None:
    result = loaded(tmp_path, MANUAL_FILE)
    assert result.warnings == ()
    settings = result.settings
    assert settings.path == tmp_path / "gvma_asterisk76.cfg"
    assert settings.cfgserver == ConfigServerSettings(
        host="cfg.example.net",
        port=8090,
        username="default",
        password=Secret("p%ss'w=rd [1];"),
        dnquery="CfgTenant[@name='Environment']/switches/CfgSwitch[@name='Asterisk']/DNs/CfgDN[@type='1']",
        agentquery="CfgSwitch[@name='Asterisk']/agentLogins/CfgAgentLogin",
        agentgroupquery="CfgTenant[@name='Environment']/agentGroups/CfgAgentGroup",
    )
    gvma = settings.gvma
    assert gvma.asterisk_cfg_path == Path("/etc/asterisk")
    assert gvma.asterisk_cfg_gvma_begin == ";$---GVMA-BEGIN-GVMA---$"
    assert gvma.asterisk_cfg_gvma_end == ";$---GVMA-END-GVMA---$"
    assert gvma.backup_path == tmp_path / "gvma_backup"
    assert (gvma.asterisk_cm_port, gvma.siptserver_host, gvma.siptserver_port) == (5039, "10.0.0.7", 5080)
    assert (gvma.vm_dn_ext_prefix, gvma.vm_agt_ext_prefix, gvma.vm_grp_ext_prefix) == ("47", "48", "49")
    assert gvma.vm_voicemail_main_ext == "9501"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("=", " = ", 1),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\n   "),
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("asterisk_cm_port", "Asterisk_CM_Port").replace("[cfgserver]", "[CfgServer]"),
        lambda text: text.replace("\n", " \t\n"),
    ],
    ids=["blanks", "crlf", "bom", "indented", "no last line end", "upper case", "blanks at the ends"],
)
def test_the_manuals_file_means_the_same_however_it_was_typed(
    tmp_path: Path, change: Callable[[str], str | bytes]
) -> None:
    assert loaded(tmp_path, change(MANUAL_FILE)).settings == loaded(tmp_path, MANUAL_FILE).settings


def test_latin_1_is_read(tmp_path: Path) -> None:
    assert (
        loaded(tmp_path, "[cfgserver]\nusername = Jürgen\n".encode("latin-1")).settings.cfgserver.username == "Jürgen"
    )


def test_a_file_without_a_key_has_the_defaults_and_a_backup_folder_beside_it(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "").settings
    assert settings.cfgserver == Settings().cfgserver
    assert settings.media == Settings().media
    assert settings.gvma.backup_path == tmp_path / "gvma_backup"


def test_every_field_of_the_model_is_a_key_and_every_key_a_field() -> None:
    assert [(key.section, key.name) for key in KEYS if key.section != "gvma_settings"] == [
        (section, name) for section in ("cfgserver", "media", "web") for name in SECTIONS[section]()._fields
    ]
    assert {key.name for key in KEYS if key.section == "gvma_settings"} == set(GvmaSettings._fields)


def test_relative_paths_are_relative_to_the_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    site.mkdir()
    settings_file(site, "[gvma_settings]\nlog_file = log/gvma.log\nasterisk_cfg_path = etc\n[cfgserver]\nwsdl=a.wsdl\n")
    monkeypatch.chdir(tmp_path)
    settings = load(Path("site/gvma_asterisk76.cfg"), {}).settings
    assert settings.gvma.log_file == site / "log/gvma.log"
    assert settings.gvma.asterisk_cfg_path == site / "etc"
    assert settings.cfgserver.wsdl == str(site / "a.wsdl")


def test_recordings_lie_in_the_sounds_folder_unless_said_otherwise(tmp_path: Path) -> None:
    assert loaded(tmp_path, "[media]\nsounds_path=/srv/sounds\n").settings.media.recordings_path == Path("/srv/sounds")
    both = loaded(tmp_path, "[media]\nsounds_path=/srv/sounds\nrecordings_path=/srv/rec\n").settings.media
    assert both.recordings_path == Path("/srv/rec")


def test_the_file_of_the_register_mode_says_register_by_its_name(tmp_path: Path) -> None:
    register = settings_file(tmp_path, MANUAL_FILE, "gvma_asterisk.cfg")
    assert load(register, {}).settings.gvma.mwi_mode == "REGISTER"
    assert load(register, {}).origins["gvma_settings.mwi_mode"] == "file name"
    settings_file(tmp_path, MANUAL_FILE + "mwi_mode = subscribe\n", "gvma_asterisk.cfg")
    assert load(register, {}).settings.gvma.mwi_mode == "SUBSCRIBE"


def test_the_search_order_is_option_environment_folder_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named, from_environment = tmp_path / "a.cfg", tmp_path / "b.cfg"
    system = tmp_path / "etc.cfg"
    for path in (named, from_environment, system, tmp_path / "gvma_asterisk76.cfg"):
        path.touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(reader, "SYSTEM_FILE", system)
    environ = {"GVMA_CONFIG": str(from_environment)}
    assert reader.find(named, environ) == named
    assert reader.find(None, environ) == from_environment
    assert reader.find(None, {}) == Path("gvma_asterisk76.cfg")
    (tmp_path / "gvma_asterisk76.cfg").unlink()
    assert reader.find(None, {}) == system
    system.unlink()
    assert reader.find(None, {}) is None
    with pytest.raises(SettingsError, match="no settings file"):
        load(None, {})


@pytest.mark.parametrize("environ", [{}, {"GVMA_CONFIG": "/nowhere/b.cfg"}])
def test_a_named_file_that_is_missing_is_an_error_and_no_other_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    (tmp_path / "gvma_asterisk76.cfg").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"/nowhere/b\.cfg"):
        reader.find(None if environ else Path("/nowhere/b.cfg"), environ)


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("[cfgserver]\nhost=a\nhost=b\n", 3, "", "host occurs twice; the first is on line 2"),
        ("[cfgserver]\nhost=a\nHOST=b\n", 3, "", "host occurs twice; the first is on line 2"),
        ("[cfgserver]\n[media]\n[CfgServer]\n", 3, "", "[cfgserver] occurs twice; the first is on line 1"),
        ("\n\nhost=a\n", 3, "", "above the first section"),
        ("[cfgserver\nhost=a\n", 1, "", "above the first section"),
        ("[]\nhost=a\n", 1, "", "above the first section"),
        ("[cfgserver]\n# ok\nhost\n", 3, "", "neither a section"),
        ("[cfgserver] host=a\n", 1, "", "behind the section's header"),
        ("[cfgserver]\nport=0\n", 2, "port", "from 1 to 65535"),
        ("[cfgserver]\nport=65536\n", 2, "port", "from 1 to 65535"),
        ("[cfgserver]\nport=80 # soap\n", 2, "port", "a comment needs a line of its own"),
        ("[cfgserver]\nport=\n", 2, "port", "not nothing"),
        ("[cfgserver]\n\nhost = <config server hostname or IP>\n", 3, "host", "<config server hostname or IP>"),
        ("[cfgserver]\nport=<config server SOAP port>\n", 2, "port", "placeholder <config server SOAP port>"),
        ("[cfgserver]\ndnquery = CfgDN[@ownerDBID=<Switch  dbid>]\n", 2, "dnquery", "<Switch  dbid>"),
        ("[cfgserver]\ndnquery = CfgTenant[@name='<tenant\nName>']/x\n", 2, "dnquery", "one line"),
        ("[cfgserver]\ntls_verify=maybe\n", 2, "tls_verify", "must be yes or no, not 'maybe'"),
        ("[cfgserver]\nurl=ftp://h/\n", 2, "url", "http://"),
        ("[cfgserver]\nauth=digest\n", 2, "auth", "basic, header or none"),
        ("[gvma_settings]\nmwi_mode = NOTIFY\n", 2, "mwi_mode", "SUBSCRIBE or REGISTER"),
        ("[gvma_settings]\nasterisk_cfg_gvma_begin=;-- x\n", 2, "asterisk_cfg_gvma_begin", "comment block"),
        ("[gvma_settings]\nasterisk_cfg_gvma_begin=# x\n", 2, "asterisk_cfg_gvma_begin", "must begin with ;"),
        ("[gvma_settings]\nasterisk_cfg_gvma_end=;$---GVMA-BEGIN-GVMA---$\n", 2, "asterisk_cfg_gvma_end", "same"),
        ("[gvma_settings]\nvm_dn_ext_prefix=38\n", 0, "vm_agt_ext_prefix", "same as vm_dn_ext_prefix"),
        ("[gvma_settings]\nvm_dn_ext_prefix=3X\n", 2, "vm_dn_ext_prefix", "X, Z or N"),
        ("[gvma_settings]\nasterisk_cfg_file_vm=sip.conf\n", 2, "asterisk_cfg_file_vm", "same"),
        ("[gvma_settings]\nsiptserver_host=<SIP Server hostname or IP>\n", 2, "siptserver_host", "placeholder"),
        ("[gvma_settings]\nkeep_last=0\nkeep_daily=0\nkeep_monthly=0\n", 2, "keep_last", "no backup set"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_key(tmp_path: Path, text: str, line: int, key: str, says: str) -> None:
    error = problem(tmp_path, text)
    parts = [str(tmp_path / "gvma_asterisk76.cfg"), f"line {line}" if line else "", key]
    assert error.where == ", ".join(part for part in parts if part)
    assert says in error.message
    assert error.hint.startswith("Nothing was changed.")
    assert error.exit_status == 78


def test_every_problem_is_found_in_the_order_of_the_lines(tmp_path: Path) -> None:
    path = settings_file(tmp_path, "[cfgserver]\nport=x\nnonsense\nhost=a b\n[media]\nmax_calls=0\nport=x\n")
    places = [error.where.removeprefix(f"{path}, ") for error in examine(path, {}).problems]
    assert places == ["line 2, port", "line 3", "line 4, host", "line 6, max_calls"]
    with pytest.raises(SettingsError) as caught:
        load(path, {})
    assert "this and 3 more" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[gvma_settings]\nsiptserver_hots=a\n", "did you mean siptserver_host?"),
        ("[gvma_setting]\nsiptserver_host=a\n", "did you mean gvma_settings?"),
        ("[cfgserver]\nsiptserver_host=a\n", "it belongs in [gvma_settings]"),
        ("[gvma_settings]\nasterisk_cfg_path=/etc/asterisk\nbackup_path=/etc/asterisk/gvma\n", "configuration folder"),
    ],
)
def test_what_is_odd_is_a_warning_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    (warning,) = loaded(tmp_path, text).warnings
    assert says in warning.message
    assert ", line " in warning.where


def test_a_placeholder_in_a_section_that_a_run_does_not_need_is_a_warning(tmp_path: Path) -> None:
    path = settings_file(tmp_path, "[cfgserver]\nport=<config server SOAP port>\n")
    result = load(path, {}, without=["cfgserver"])
    assert [warning.code for warning in result.warnings] == ["placeholder"]
    assert result.settings.cfgserver.port == 8080


def test_an_angle_bracket_of_xpath_is_no_placeholder(tmp_path: Path) -> None:
    query = "CfgDN[@DBID<200 and @DBID>100]"
    assert loaded(tmp_path, f"[cfgserver]\ndnquery={query}\n").settings.cfgserver.dnquery == query


def test_each_key_says_where_its_value_comes_from(tmp_path: Path) -> None:
    result = loaded(tmp_path, "[cfgserver]\nport=8090\n")
    assert result.origins["cfgserver.port"] == f"{tmp_path / 'gvma_asterisk76.cfg'}:2"
    assert result.origins["cfgserver.host"] == "default"
    assert set(result.origins) == {f"{key.section}.{key.name}" for key in KEYS}


def test_a_comment_may_stand_behind_a_header(tmp_path: Path) -> None:
    assert loaded(tmp_path, "[cfgserver] # was [conf]\nport=8090 \n").settings.cfgserver.port == 8090


def test_a_long_file_that_is_no_settings_file_is_refused_line_by_line(tmp_path: Path) -> None:
    path = settings_file(tmp_path, "Nov 21 host kernel: a line of a log\n" * 20_000)
    assert len(examine(path, {}).problems) == 20_000


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        load(tmp_path, {})


def test_what_a_sync_needs_is_asked_for_in_the_sections_that_are_used(tmp_path: Path) -> None:
    empty = loaded(tmp_path, "[cfgserver]\nport=8090\n[media]\nmax_calls=5\n")
    assert sections_in_use(empty) == ("cfgserver", "media")
    assert [error.message for error in lacking(empty, ("cfgserver", "gvma_settings"))] == [
        "host or url is not set in [cfgserver]",
        "dnquery or agentquery or agentgroupquery is not set in [cfgserver]",
        "siptserver_host is not set in [gvma_settings]",
    ]
    assert lacking(loaded(tmp_path, MANUAL_FILE), ("cfgserver", "gvma_settings")) == []


def test_a_register_file_in_the_folder_is_named_where_no_settings_file_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gvma.settings.reader.SYSTEM_FILE", tmp_path / "none.cfg")
    (tmp_path / "gvma_asterisk.cfg").write_text("")
    with pytest.raises(SettingsError) as missing:
        load(None, {})
    assert "gvma --config ./gvma_asterisk.cfg" in missing.value.hint
    (tmp_path / "gvma_asterisk.cfg").unlink()
    with pytest.raises(SettingsError) as missing:
        load(None, {})
    assert "gvma_asterisk.cfg" not in missing.value.hint


def test_an_ipv6_address_stands_in_brackets_before_its_port(tmp_path: Path) -> None:
    text = "[cfgserver]\nhost = ::1\nport = 8090\n[gvma_settings]\nasterisk_cm_host = [2001:db8::1]\n"
    settings = loaded(tmp_path, text).settings
    assert settings.cfgserver.endpoint == "http://[::1]:8090/"
    assert str(settings.gvma.ami_address) == "[2001:db8::1]:5038"
    assert str(GvmaSettings().ami_address) == "127.0.0.1:5038"


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = settings_file(tmp_path, "[media]\n")
    with path.open("r+b") as file:
        file.truncate(5 << 20)
    with pytest.raises(SettingsError, match="is larger than 4 MiB") as caught:
        load(path, {})
    assert caught.value.where == str(path)
