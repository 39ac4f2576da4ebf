"""What is made of AMI's answers, and of none."""

from __future__ import annotations

from gvma.errors import AsteriskUnreachableError
from gvma.evidence.asterisk.ami import ask_asterisk, modules
from gvma.settings import GvmaSettings, Secret

# As Asterisk 16 prints it; pbx_config found no extensions.conf.
MODULE_SHOW = """\
Module                         Description                              Use Count  Status      Support Level
app_voicemail.so               Comedian Mail (Voicemail System)         0          Running              core
pbx_config.so                  Text Extension Configuration             0          Not Running          core
res_pjsip_endpoint_identifier_ip.so PJSIP IP endpoint identifier        0          Running              core
3 modules loaded
"""


def test_modules_that_run_and_those_that_do_not_differ() -> None:
    assert modules(MODULE_SHOW.splitlines()) == {
        "app_voicemail.so": True,
        "pbx_config.so": False,
        "res_pjsip_endpoint_identifier_ip.so": True,
    }


def test_nobody_listens_on_ami() -> None:
    asked = ask_asterisk(GvmaSettings(asterisk_cm_port=1, asterisk_cm_secret=Secret("hush")))
    assert isinstance(asked.problem, AsteriskUnreachableError)
    assert "hush" not in repr(asked)
