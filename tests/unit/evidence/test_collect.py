"""All collectors together, where there is no server at all."""

from __future__ import annotations

from pathlib import Path

from gvma.check.catalogue import findings
from gvma.evidence.collect import collect
from gvma.evidence.model import Evidence
from gvma.settings.reader import examine


def collected(folder: Path, text: str) -> tuple[list[str], Evidence]:
    path = folder / "gvma.cfg"
    path.write_text(text)
    evidence = collect(examine(path, {}))
    assert sorted(found.name for found in folder.iterdir()) == ["gvma.cfg"]
    return [problem.message for problem in evidence.settings_file.problems], evidence


def test_a_file_for_media_alone_asks_no_configuration_server_and_lacks_nothing(tmp_path: Path) -> None:
    problems, evidence = collected(tmp_path, "[media]\nagi_port = 4573\n")
    assert problems == []
    assert evidence.configserver.not_asked == "[cfgserver] sets nothing"
    codes = [finding.code for finding in findings(evidence)]
    assert codes == ["file-missing"] * ("file-missing" in codes) + ["configserver-not-asked"]


def test_what_a_sync_cannot_do_without_is_a_problem(tmp_path: Path) -> None:
    text = f"[cfgserver]\nusername = x\n[gvma_settings]\nasterisk_cfg_path = {tmp_path}\nasterisk_cm_port = 1\n"
    problems, evidence = collected(tmp_path, text)
    assert [problem.partition(" ")[0] for problem in problems] == ["host", "dnquery", "siptserver_host"]
    assert evidence.configserver.answers == {}


def test_a_placeholder_is_said_once_and_nobody_gets_the_credentials(tmp_path: Path) -> None:
    text = "[cfgserver]\nhost = <config server hostname or IP>\npassword = x\ndnquery = CfgDN\n"
    problems, evidence = collected(tmp_path, text)
    assert len(problems) == 1
    assert evidence.configserver.not_asked == "the settings have problems in [cfgserver], see above"


def test_ami_is_not_asked_with_a_secret_that_the_settings_do_not_mean(tmp_path: Path) -> None:
    secret = tmp_path / "secrets" / "ami"
    secret.parent.mkdir()
    secret.write_text("of-our-own\n")
    secret.chmod(0o644)
    text = f"[cfgserver]\nusername = x\n[gvma_settings]\nasterisk_cfg_path = {tmp_path}\nasterisk_cm_port = 1\n"
    path = tmp_path / "gvma.cfg"
    path.write_text(f"{text}asterisk_cm_secret_file = {secret}\n")
    evidence = collect(examine(path, {}))
    assert evidence.ami is None
    codes = {finding.code for finding in findings(evidence)}
    assert "settings-invalid" in codes
    assert codes.isdisjoint({"settings-sample-secret", "ami-credentials", "ami-unreachable"})
