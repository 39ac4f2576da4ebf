"""A site whose only switch is another than Asterisk: what its chapter asks for is enough for `gvma check`."""

from __future__ import annotations

from collections.abc import Iterator
from socket import SOCK_DGRAM

import pytest

from gvma.demo.ports import free_port
from gvma.switches.choices import chosen
from gvma.switches.guides import GUIDES
from gvma.switches.objects import TYPES
from tests.harness.layer import EXTENSION, Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.site import Site
from tests.integration.check import AMI_SECRET, PJSIP, SIP, SIP_SERVER, VOICEMAIL

EXTENSIONS = "[general]\n[default]\ninclude => GVMA\n"
GIVEN = {
    "openscape-voice": ["extensions=6505551200-6505551202", "routing-points=6505559999"],
    "broadworks": [],
    "cisco-mgc": [],
    "audiocodes": [],
    "f5-bigip-ltm": [f"vip={SIP_SERVER}"],
}


def layer_of(switch: str, *given: str) -> Layer:
    """The objects of a chapter, and nothing else; where it asks for no option of the Application, it has another."""
    guide = GUIDES[switch]
    layer = Layer(application={"server-id": "1"})
    for one in guide.objects(chosen(guide.object_choices, given)):
        options = {name: value for name, (value, _) in one.options.items()}
        if one.kind == "DN":
            type_ = TYPES[one.type]
            layer.dns[one.number if type_ == EXTENSION else (one.number, type_)] = options
        elif one.number == "SIP_Server":
            layer.application = options
    return layer


@pytest.fixture(scope="module")
def site(module_version: int, start_module_asterisk: StartAsterisk) -> Iterator[Site]:
    """An Asterisk for mailboxes alone, with a Configuration Server that a test fills."""
    driver = ("sip.conf", SIP) if module_version == 16 else ("pjsip.conf", PJSIP)
    files = {"voicemail.conf": VOICEMAIL, "extensions.conf": EXTENSIONS, driver[0]: driver[1]}
    asterisk = start_module_asterisk(module_version, files, ami_secret=AMI_SECRET)
    made = Site(asterisk.folder, Layer(), asterisk=asterisk)
    with made.served():
        made.settings |= {"siptserver_host": SIP_SERVER, "siptserver_port": free_port(SOCK_DGRAM)}
        yield made


@pytest.mark.parametrize("switch", GIVEN)
def test_a_right_set_of_another_switch_makes_check_leave_with_0(site: Site, switch: str) -> None:
    site.put(
        layer_of(switch, *GIVEN[switch], *([f"port={site.settings['siptserver_port']}"] if "f5" in switch else []))
    )
    site.settings["switch_profile"] = switch
    site.sync("--allow-remove")
    done = site.gvma("check")
    assert (done.status, done.stderr) == (0, ""), done.stdout
    assert "voicemail-unused" in done.stdout


def test_beside_asterisk_each_of_them_lacks_what_chapter_2_asks_for(site: Site) -> None:
    site.put(layer_of("openscape-voice", *GIVEN["openscape-voice"]))
    site.settings["switch_profile"] = "openscape-voice, asterisk"
    found = {one["code"] for one in site.check("--only", "switch")}
    assert found == {"sipserver-mwi-missing", "sipserver-mwi-enable", "sipserver-trunk-prefix"}
