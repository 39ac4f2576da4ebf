"""The settings file's own checks, each found and not found."""

from __future__ import annotations

import pytest

from gvma.asterisk.drivers import CHAN_SIP, PJSIP, Driver
from gvma.check import settings as checks
from gvma.errors import SettingsError
from gvma.evidence.model import Evidence, SettingsEvidence
from gvma.settings import GvmaSettings, Secret, Settings
from gvma.settings.reader import SettingsWarning


def seen(**settings: object) -> Evidence:
    return Evidence(Settings(gvma=GvmaSettings(**settings)))  # type: ignore[arg-type]


def test_problems_and_oddities_of_the_file_are_said_with_their_place() -> None:
    problem = SettingsError("still has the placeholder <Switch DBID>", where="x.cfg, line 3, dnquery")
    odd = SettingsWarning("unknown-key", "unknown key siptserver_hots", "x.cfg, line 9, siptserver_hots")
    evidence = seen()._replace(settings_file=SettingsEvidence(problems=(problem,), warnings=(odd,)))
    assert [(f.code, f.where) for f in checks.check_settings_file(evidence)] == [
        ("settings-invalid", "x.cfg, line 3, dnquery"),
        ("settings-odd", "x.cfg, line 9, siptserver_hots"),
    ]
    assert list(checks.check_settings_file(seen())) == []


@pytest.mark.parametrize(("driver", "wrong"), [(CHAN_SIP, True), (PJSIP, False)])
def test_chan_sip_takes_one_address_of_sip_server(driver: Driver, wrong: bool) -> None:
    pair = seen(siptserver_host="10.0.0.1, 10.0.0.2")._replace(driver=driver)
    assert [finding.where for finding in checks.check_settings_file(pair)] == ["siptserver_host"] * wrong
    assert list(checks.check_settings_file(seen(siptserver_host="10.0.0.1")._replace(driver=driver))) == []


@pytest.mark.parametrize(("secret", "codes"), [("genesys1", ["settings-sample-secret"]), ("another", [])])
def test_the_sample_secret_is_found_and_never_shown(secret: str, codes: list[str]) -> None:
    found = list(checks.check_sample_secrets(seen(asterisk_cm_secret=Secret(secret))))
    assert [finding.code for finding in found] == codes
    assert not [finding for finding in found if secret in str(finding.as_json())]


@pytest.mark.parametrize(
    ("prefixes", "wheres"),
    [
        (("37", "38", "39"), []),
        (("37", "371", "39"), ["vm_agt_ext_prefix"]),
        (("3", "38", "39"), ["vm_agt_ext_prefix", "vm_grp_ext_prefix"]),
        (("381", "38", "39"), ["vm_dn_ext_prefix"]),
    ],
)
def test_prefixes_of_which_one_begins_with_another(prefixes: tuple[str, str, str], wheres: list[str]) -> None:
    evidence = seen(vm_dn_ext_prefix=prefixes[0], vm_agt_ext_prefix=prefixes[1], vm_grp_ext_prefix=prefixes[2])
    assert [finding.where for finding in checks.check_prefixes(evidence)] == wheres


@pytest.mark.parametrize(("external", "wrong"), [("0", False), ("3", True), ("37", True), ("379", True), ("", False)])
def test_a_prefix_of_external_calls_beside_those_of_boxes(external: str, wrong: bool) -> None:
    assert list(checks.check_prefixes(seen(routing_external_prefix=external))) == []
    found = list(checks.check_prefixes(seen(routing_external_prefix=external, routing=True)))
    assert bool(found) is wrong


def test_paths_and_files_that_others_may_read() -> None:
    evidence = seen()._replace(
        settings_file=SettingsEvidence(
            unreachable=(("asterisk_cfg_path", "is no folder"),), exposed=(("/x.cfg", 0o644),)
        ),
    )
    assert [f.code for f in checks.check_paths(evidence)] == ["settings-path"]
    (exposed,) = checks.check_exposed_secrets(evidence)
    assert exposed.message == "it has secrets and mode 0644"
    assert [*checks.check_paths(seen()), *checks.check_exposed_secrets(seen())] == []


@pytest.mark.parametrize("secret", ["genesys1", "CHANGE-ME"])
def test_a_secret_that_stands_in_our_samples_is_a_sample_secret(secret: str) -> None:
    found = checks.check_sample_secrets(seen(asterisk_cm_secret=Secret(secret)))
    assert [finding.code for finding in found] == ["settings-sample-secret"]


def test_a_secret_file_that_others_may_read_is_one_fault_with_its_own_way_out() -> None:
    problem = SettingsError(
        "the secret file /etc/gvma/ami.secret can be read by its group or by others (mode 0644)",
        where="gvma_asterisk76.cfg, line 7, asterisk_cm_secret_file",
        hint="Nothing was changed. Run `chmod 600 /etc/gvma/ami.secret`; change the secret if others may have read it.",
    )
    wrong = SettingsEvidence(problems=(problem,), wrong_keys=frozenset({"asterisk_cm_secret_file"}))
    evidence = seen()._replace(settings_file=wrong)
    found = [finding for check in checks.CHECKS for finding in check(evidence)]
    assert [finding.code for finding in found] == ["settings-invalid"]
    assert found[0].hint.endswith("Run `chmod 600 /etc/gvma/ami.secret`; change the secret if others may have read it.")
