"""From Asterisk 16 with chan_sip to 22 with PJSIP, as docs/upgrade-16-to-22.md says it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from socket import SOCK_DGRAM

import pytest

from gvma.demo.modules import DRIVERS
from gvma.demo.ports import free_port
from tests.harness.layer import ROUTING_POINT, Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk, StartTelephone
from tests.harness.site import Site
from tests.useragent import UserAgent

SIPSERVER = "127.0.0.5"
SIP_CONF = "[general]\nudpbindaddr=127.0.0.1:{sip_port}\ncontext=default\nallowguest=yes\n"
PJSIP_CONF = "[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:{sip_port}\n"
EXTENSIONS = "[general]\n[default]\ninclude => GVMA_ROUTING\ninclude => GVMA\n"
ON_ASTERISK = {"subscribe-presence": "Asterisk_37"}
LAYER = Layer(dns={"1000": {"gvm_name": "Ann", **ON_ASTERISK}, "1001": ON_ASTERISK, ("2400", ROUTING_POINT): {}})


@pytest.fixture
def upgraded(start_asterisk: StartAsterisk) -> Iterator[Site]:
    """Business call routing and a PIN that its owner has changed, on 16; the same files and backup sets then on 22."""
    with ExitStack() as stack:
        old = start_asterisk(16, {"sip.conf": SIP_CONF, "extensions.conf": EXTENSIONS})
        before = Site(old.folder, LAYER, asterisk=old)
        stack.enter_context(before.served())
        before.settings |= {"siptserver_host": SIPSERVER, "routing": "yes", "routing_endpoints": "yes"}
        before.sync()
        before.replace("voicemail.conf", "1000 => 1000,", "1000 => 4711,")
        texts = {name: before.text(name) for name in ("sip.conf", "voicemail.conf", "extensions.conf")}
        old.stop()
        site = Site(
            (new := start_asterisk(22, {**texts, "pjsip.conf": PJSIP_CONF})).folder,
            LAYER,
            asterisk=new,
        )
        stack.enter_context(site.served())
        kept = ("siptserver_host", "routing", "routing_endpoints", "backup_path")
        site.settings |= {key: before.settings[key] for key in kept}
        yield site


def test_one_sync_on_22_moves_everything_to_pjsip_and_the_backup_set_of_the_move_brings_it_back(
    upgraded: Site, start_telephone: StartTelephone
) -> None:
    voicemail, sip = upgraded.text("voicemail.conf"), upgraded.text("sip.conf")
    kinds = {item["kind"] for item in upgraded.answer("sync", "--dry-run")["items"]}
    assert kinds == {"subscription", "hint", "extension", "endpoint"}
    upgraded.sync()
    sipserver = start_telephone(upgraded.asterisk, "gsip", host=SIPSERVER)
    assert sipserver.subscribe("gvm-1000").response.status == 200
    assert "GVMA" not in upgraded.text("sip.conf")
    assert upgraded.text("voicemail.conf") == voicemail
    assert {"exten => 1000,hint,PJSIP/1000", "exten => 2400,1,Dial(PJSIP/${EXTEN}@gsip,30,r)"} <= set(
        upgraded.block("extensions.conf").splitlines()
    )
    assert not {"drift", "file-own-name"} & {finding["code"] for finding in upgraded.check()}
    assert upgraded.sync().stdout == ""
    assert upgraded.gvma("backup", "restore", "latest").status == 0
    assert upgraded.text("sip.conf") == sip
    assert "gvm-1000" not in upgraded.text("pjsip.conf")


def test_where_both_drivers_serve_chan_sip_keeps_the_subscriptions_until_the_settings_say_pjsip(
    start_asterisk: StartAsterisk, start_telephone: StartTelephone
) -> None:
    port = free_port(SOCK_DGRAM)
    files = {
        "sip.conf": SIP_CONF,
        "pjsip.conf": PJSIP_CONF.replace("{sip_port}", str(port)),
        "extensions.conf": EXTENSIONS,
    }
    asterisk = start_asterisk(16, files, extra_modules=DRIVERS["pjsip"])
    site = Site(asterisk.folder, Layer(dns={"1000": {}}), asterisk=asterisk)
    with site.served():
        site.settings |= {"siptserver_host": SIPSERVER, "channel_driver": "sip"}
        site.sync()
        site.settings["channel_driver"] = "auto"
        assert site.sync().stdout == ""
        site.settings["channel_driver"] = "pjsip"
        site.sync()
        assert "GVMA" not in site.text("sip.conf")
        with UserAgent(("127.0.0.1", port), "gsip", host=SIPSERVER) as sipserver:
            assert sipserver.subscribe("gvm-1000").response.status == 200
        assert start_telephone(asterisk, "gsip", host=SIPSERVER).subscribe("gvm-1000").response.status != 200
