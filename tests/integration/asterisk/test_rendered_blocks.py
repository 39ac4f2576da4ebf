"""The blocks on real servers: what Asterisk makes of them is what the rules said, nothing more."""

from __future__ import annotations

import pytest

from gvma.ami.answers import VoicemailUser
from gvma.ami.manager import connect
from gvma.asterisk import voicemail
from gvma.asterisk.dialplan import render_dialplan
from gvma.asterisk.drivers import CHAN_SIP, PJSIP
from gvma.asterisk.entries import Subscription
from gvma.asterisk.managed_block.block import body_of, find_block, with_block
from gvma.asterisk.managed_block.header import same_meaning
from gvma.asterisk.voicemail import render_voicemail
from gvma.configserver.objects import ConfigObject
from gvma.demo.asterisk import PrivateAsterisk
from gvma.mailboxes import Desired, desired
from gvma.routing import Routing, routing
from gvma.settings.model import GvmaSettings
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.hostile import CORPUS, OPTIONS

BEGIN, END = b";$---GVMA-BEGIN-GVMA---$", b";$---GVMA-END-GVMA---$"
AT = "Tue Jan 15 20:36:50 2008"
SITE_VOICEMAIL = b"[general]\nformat=wav\nmaxmsg=100\n[default]\n9000 => 9000,Site,site@example,,\n"
SETTINGS = GvmaSettings(
    siptserver_host="127.0.0.5",
    siptserver_port=5999,
    routing=True,
    routing_dns="all",
    routing_endpoints=True,
    routing_gateway_host="127.0.0.5",
    routing_gateway_port=5066,
)


def hostile() -> Desired:
    """Every value of the corpus in every option of a DN of its own, and as a DN's number."""
    objects = [
        ConfigObject("CfgDN", number, str(number), 1, options={option: value})
        for number, (option, value) in enumerate(((option, value) for option in OPTIONS for value in CORPUS), 10_000)
    ]
    objects += [ConfigObject("CfgDN", dbid, value, 1) for dbid, value in enumerate(CORPUS, 90_000)]
    return desired(objects, [], [])


def files_of(wanted: Desired, version: int, mode: str = "SUBSCRIBE", routed: Routing | None = None) -> dict[str, str]:
    """The three files as a sync would write them on a small site."""
    routed, settings = routed or Routing(), SETTINGS._replace(mwi_mode=mode)
    dialplan = b"[default]\ninclude => GVMA\ninclude => GVMA_ROUTING\n[GVMA_ROUTING]\n"
    written = {
        "voicemail.conf": with_block(SITE_VOICEMAIL, BEGIN, END, render_voicemail(wanted.mailboxes, AT)),
        "extensions.conf": with_block(
            dialplan, BEGIN, END, render_dialplan(SETTINGS, AT, routed.hints, routed.extensions)
        ),
    }
    if version == 16:
        head = b"[general]\nudpbindaddr=127.0.0.1:{sip_port}\n"
        body = CHAN_SIP.render(wanted.subscriptions, routed.endpoints, settings, AT)
        written["sip.conf"] = with_block(head, BEGIN, END, body)
    else:
        head = b"[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:{sip_port}\n"
        mwi = PJSIP.mwi_endpoint(settings, routed.identified)
        endpoints = (mwi, *routed.endpoints) if mwi else routed.endpoints
        body = PJSIP.render(wanted.subscriptions, endpoints, settings, AT)
        written["pjsip.conf"] = with_block(head, BEGIN, END, body)
    return {name: text.decode() for name, text in written.items()}


def test_of_hostile_values_asterisk_holds_what_was_planned_and_nothing_more(
    start_asterisk: StartAsterisk, version: int
) -> None:
    wanted = hostile()
    planned = {box.key: VoicemailUser(box.name, box.email, box.pager) for box in wanted.mailboxes}
    assert len(planned) > 1000
    asterisk = start_asterisk(version, files_of(wanted, version))
    with connect(asterisk.settings()) as ami:
        loaded = ami.voicemail_users()
        assert loaded.pop("9000@default") == VoicemailUser("Site", "site@example", "")
        assert loaded == planned
        names = {it.name: it.key for it in wanted.subscriptions}
        if version == 16:
            assert ami.sip_peers() == set(names)
        else:
            assert ami.aors() == names


def test_asterisk_reads_every_field_of_every_box_as_planned(start_asterisk: StartAsterisk, version: int) -> None:
    wanted = hostile()
    lines = [f"{box.box}={box.pin},{box.name},{box.email},{box.pager},{box.options}" for box in wanted.mailboxes]
    asterisk = start_asterisk(version, files_of(wanted, version))
    with connect(asterisk.operator_settings()) as ami:
        answer = ami.action("GetConfig", Filename="voicemail.conf", Category="GVMA_DN")
    loaded = [value for key, value in answer.items() if key.lower().startswith("line-")]
    assert loaded == lines


def test_asterisks_own_rewriting_keeps_the_block_again_and_again(start_asterisk: StartAsterisk, version: int) -> None:
    wanted = hostile()
    asterisk = start_asterisk(version, files_of(wanted, version))
    path = asterisk.folder / "etc" / "voicemail.conf"
    written = path.read_bytes()
    first = find_block(written, BEGIN, END)
    for turn in range(3):
        with connect(asterisk.operator_settings()) as ami:
            ami.action(
                "UpdateConfig",
                SrcFilename="voicemail.conf",
                DstFilename="voicemail.conf",
                **{
                    "Action-000000": "append",
                    "Cat-000000": "general",
                    "Var-000000": f"maxmsg{turn}",
                    "Value-000000": "9",
                },
            )
        text = path.read_bytes()
        block = find_block(text, BEGIN, END, voicemail.OWN_LINES)
        assert text.startswith(b";!\n")
        assert first is not None
        assert block is not None
        assert not block.end_lost
        assert not block.last_in_file
        assert same_meaning(body_of(written, first), body_of(text, block))


@pytest.mark.parametrize(
    ("dialled", "pattern"),
    [
        ("371000", "_37X."),
        ("375", "_37."),
        ("37abc", "_37."),
        ("39+1", "_39."),
        ("gvm-1000", "_gvm-X."),
        ("gvm-5", "_gvm-."),
        ("gvm-a-2222", "_gvm-a-X."),
        ("gvm-g-3333", "_gvm-g-X."),
        ("2001", "2001"),
        ("2400", "2400"),
        ("0123", "_0."),
    ],
)
def test_the_dialplan_leads_each_number_to_its_pattern(
    routed_asterisk: PrivateAsterisk, dialled: str, pattern: str
) -> None:
    shown = routed_asterisk.cli(f"dialplan show {dialled}@default")
    assert next(line.strip() for line in shown if line.strip().startswith("'")).startswith(f"'{pattern}' =>")


def test_a_prefix_alone_leads_nowhere(routed_asterisk: PrivateAsterisk) -> None:
    assert "There is no existence of 37@default extension" in "\n".join(routed_asterisk.cli("dialplan show 37@default"))


def test_the_server_has_hint_peers_and_phones_of_business_call_routing(
    routed_asterisk: PrivateAsterisk, version: int
) -> None:
    assert "2001@GVMA_ROUTING" in "\n".join(routed_asterisk.cli("core show hints"))
    with connect(routed_asterisk.settings()) as ami:
        there = ami.sip_peers() if version == 16 else ami.endpoints()
    assert {"gsip", "gwsim", "2001"} <= there
    assert not [line for line in routed_asterisk.log_text().splitlines() if " ERROR[" in line]


@pytest.fixture(scope="module")
def routed_asterisks(start_module_asterisk: StartAsterisk) -> dict[int, PrivateAsterisk]:
    """One of each version, with one phone, one service number and one subscription."""
    wanted = desired([], [], [])._replace(subscriptions=(Subscription("gvm-1000", "1000", "GVMA_DN"),))
    phones, services = [ConfigObject("CfgDN", 1, "2001", 1)], [ConfigObject("CfgDN", 2, "2400", 4)]
    return {
        version: start_module_asterisk(
            version, files_of(wanted, version, routed=routing(phones, services, SETTINGS, driver))
        )
        for version, driver in ((16, CHAN_SIP), (22, PJSIP))
    }


@pytest.fixture
def routed_asterisk(routed_asterisks: dict[int, PrivateAsterisk], version: int) -> PrivateAsterisk:
    return routed_asterisks[version]
