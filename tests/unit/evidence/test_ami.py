"""What is made of AMI's answers, and of none."""

from __future__ import annotations

import pytest

from gvma.errors import AsteriskUnreachableError
from gvma.evidence.ami import ask_asterisk, channel_driver, modules
from gvma.settings import GvmaSettings, Secret

# As Asterisk 16 prints it; pbx_config found no extensions.conf.
MODULE_SHOW = """\
Module                         Description                              Use Count  Status      Support Level
app_voicemail.so               Comedian Mail (Voicemail System)         0          Running              core
pbx_config.so                  Text Extension Configuration             0          Not Running          core
res_pjsip_endpoint_identifier_ip.so PJSIP IP endpoint identifier        0          Running              core
3 modules loaded
"""
CHAN_SIP, RES_PJSIP = "chan_sip.so", "res_pjsip.so"


def test_modules_that_do_not_run_are_told_from_those_that_do() -> None:
    assert modules(MODULE_SHOW.splitlines()) == {
        "app_voicemail.so": True,
        "pbx_config.so": False,
        "res_pjsip_endpoint_identifier_ip.so": True,
    }


@pytest.mark.parametrize(
    ("setting", "loaded", "files", "driver"),
    [
        ("sip", {RES_PJSIP}, "pjsip", "sip"),
        ("auto", {CHAN_SIP}, "pjsip", "sip"),
        ("auto", {RES_PJSIP}, "sip", "pjsip"),
        ("auto", {CHAN_SIP, RES_PJSIP}, "sip", "pjsip"),
        # Neither is loaded: a sync goes by the files too.
        ("auto", {"app_dial.so"}, "sip", "sip"),
        ("auto", {"app_dial.so"}, "pjsip", "pjsip"),
        ("auto", None, "sip", "sip"),
    ],
)
def test_the_driver_is_what_settings_asterisk_or_files_say(
    setting: str, loaded: set[str] | None, files: str, driver: str
) -> None:
    modules_loaded = None if loaded is None else frozenset(loaded)
    assert channel_driver(GvmaSettings(channel_driver=setting), modules_loaded, files) == driver


def test_nobody_listens_on_ami() -> None:
    asked = ask_asterisk(GvmaSettings(asterisk_cm_port=1, asterisk_cm_secret=Secret("hush")), "pjsip")
    assert isinstance(asked.problem, AsteriskUnreachableError)
    assert "hush" not in repr(asked)
