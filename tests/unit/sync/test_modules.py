"""Which of Asterisk's modules a sync reloads: app_voicemail has another name with another storage."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.fakes.ami import Reply, ScriptedManager, error, success
from tests.harness.site import Site
from tests.unit.sync.answers import reloads

OTHERS = {"pbx_config.so", "res_pjsip.so", "chan_pjsip.so"}


def loaded(*modules: str) -> Callable[[dict[str, str]], Reply]:
    """The answer of an Asterisk that has loaded just these to ModuleCheck."""

    def answer(action: dict[str, str]) -> Reply:
        return success("Version: ") if action["Module"] in {*OTHERS, *modules} else error("Module not loaded")

    return answer


def pending(site: Site) -> list[str]:
    path = site.backup_path / "state/owed-reload.json"
    return json.loads(path.read_text())["modules"] if path.exists() else []


@pytest.mark.parametrize("module", ["app_voicemail_odbc.so", "app_voicemail_imap.so"])
def test_voicemail_with_another_storage_is_reloaded_and_verified_by_its_own_name(
    site: Site, ami: ScriptedManager, module: str
) -> None:
    ami.replies["ModuleCheck"] = loaded(module)
    done = site.try_sync(reload=True, json=True)
    answer = done.json()
    assert (answer["exit_code"], answer["reloaded"]) == (0, [module, "pbx_config.so", "res_pjsip.so"])
    assert reloads(ami) == [module, "pbx_config.so", "res_pjsip.so"]
    assert "VoicemailUsersList" in ami.actions()
    assert "app_voicemail.so" not in done.stdout + done.stderr
    assert pending(site) == []


def test_voicemail_of_another_name_that_did_not_take_the_file_is_put_back(site: Site, ami: ScriptedManager) -> None:
    ami.replies["ModuleCheck"] = loaded("app_voicemail_odbc.so")
    ami.replies["VoicemailUsersList"] = error("There are no voicemail users currently defined.")
    before = site.text("voicemail.conf")
    assert site.try_sync(reload=True).status == 15
    assert site.text("voicemail.conf") == before


def test_a_pending_reload_of_a_module_that_is_not_loaded_stays_pending_until_it_is(
    site: Site, ami: ScriptedManager
) -> None:
    assert site.try_sync().status == 0
    assert "app_voicemail.so" in pending(site)
    ami.replies["ModuleCheck"] = loaded()
    for _ in range(2):
        answer = site.try_sync(reload=True, json=True).json()
        assert answer["exit_code"] == 0
        assert [(one["code"], one["where"]) for one in answer["warnings"]] == [("reload-pending", "app_voicemail.so")]
        assert pending(site) == ["app_voicemail.so"]
    ami.replies["ModuleCheck"] = loaded("app_voicemail_odbc.so")
    ami.received.clear()
    answer = site.try_sync(reload=True, json=True).json()
    assert (answer["exit_code"], answer["reloaded"], answer["warnings"]) == (0, ["app_voicemail_odbc.so"], [])
    assert reloads(ami) == ["app_voicemail_odbc.so"]
    assert pending(site) == []


def test_a_change_for_a_module_that_is_not_loaded_is_refused_before_the_write(site: Site, ami: ScriptedManager) -> None:
    ami.replies["ModuleCheck"] = loaded()
    before = site.asterisk_files()
    done = site.try_sync(reload=True)
    assert done.status == 15
    assert "Asterisk has not loaded app_voicemail.so" in done.stderr
    assert site.asterisk_files() == before
