"""A stranger's site on real Asterisks: other objects, prefixes and SIP Servers than the packaged ones.

One Asterisk for each version and driver serves the whole file; each test begins with the site's own files.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gvma.ami import connect
from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.defaults import PJSIP_TRANSPORT, SIP_GENERAL
from gvma.demo.story import _shorten_prompts
from tests.integration.calls import write_burst
from tests.integration.conftest import StartAsterisk, StartTelephone
from tests.integration.installation import EXTENSION, Installation, Layer
from tests.useragent import UserAgent

SIPSERVER, SPARE, STRANGER, PORT = "127.0.0.5", "127.0.0.6", "127.0.0.7", 5997
VOICEMAIL = """\
; Latin-1 says J\u00fcrgen, and this file says so too.
[general]
format=wav
pollmailboxes=yes
pollfreq=3600
[site-boxes](!)
attach=no
[Front-Desk](site-boxes)
7 => 0815,Porter,,,attach=no
"""
EXTENSIONS = """\
[general]
[speech]
exten => some,1,Answer()
 same => n,Playback(tone)
 same => n,Hangup()
[default]
include => GVMA
exten => porter,1,Voicemail(7@Front-Desk,s)
"""
OBJECTS = Layer(
    dns={
        ("61001", EXTENSION): {},
        ("61002", EXTENSION): {"gvm_mailbox": "61902", "gvm_name": "Ulla; Iso", "gvm_password": "86420"},
        ("61003", EXTENSION): {"gvm_mailbox": "7", "gvm_mailbox_context": "Front-Desk"},
        ("5", EXTENSION): {"gvm_name": "Zo\u00eb, [general] ${EXTEN}", "gvm_options": "tz=eastern|attach=no"},
        ("+4930901820", EXTENSION): {},
    },
    agents={"A17": {"gvm_mailbox": "anna.b-1", "gvm_group_mailbox": "61500"}, "A18": {}},
    groups={"Claims": {"gvm_mailbox": "61500"}, "Sales": {}},
)
# Subscription: what is dialled to reach its box, and the box. Prefixes of one, four and three signs.
PLACES = {
    "gvm-61001": ("861001", "61001@GVMA_DN"),
    "gvm-61902": ("861902", "61902@GVMA_DN"),
    "gvm-5": ("85", "5@GVMA_DN"),
    "gvm-+4930901820": ("8+4930901820", "+4930901820@GVMA_DN"),
    "gvm-a-anna.b-1": ("4400anna.b-1", "anna.b-1@GVMA_AGENT"),
    "gvm-g-61500": ("*5561500", "61500@GVMA_AGENTGROUP"),
    "gvm-7": ("porter", "7@Front-Desk"),
}
SETTINGS = {
    "siptserver_host": SIPSERVER,
    "siptserver_port": PORT,
    "vm_dn_ext_prefix": "8",
    "vm_agt_ext_prefix": "4400",
    "vm_grp_ext_prefix": "*55",
    "vm_voicemail_main_ext": "77",
}


SIP_16, PJSIP_16, PJSIP_22 = (
    pytest.param(pair, marks=pytest.mark.asterisk, id=f"{pair[0]}-{pair[1]}")
    for pair in ((16, "sip"), (16, "pjsip"), (22, "pjsip"))
)
on_every_pair = pytest.mark.parametrize("serving", [SIP_16, PJSIP_16, PJSIP_22], indirect=True)
on_both_drivers = pytest.mark.parametrize("serving", [SIP_16, PJSIP_22], indirect=True)
on_pjsip = pytest.mark.parametrize("serving", [PJSIP_22], indirect=True)
on_chan_sip = pytest.mark.parametrize("serving", [SIP_16], indirect=True)


@pytest.fixture(scope="module")
def serving(request: pytest.FixtureRequest, start_module_asterisk: StartAsterisk) -> PrivateAsterisk:
    """One Asterisk for all tests of the file."""
    version, driver = request.param
    asterisk = start_module_asterisk(version, driver=driver)
    _shorten_prompts(asterisk)
    return asterisk


@pytest.fixture
def asterisk(serving: PrivateAsterisk) -> PrivateAsterisk:
    """The Asterisk with the site's own files and an empty spool."""
    files = {"voicemail.conf": VOICEMAIL, "extensions.conf": EXTENSIONS, "pjsip.conf": PJSIP_TRANSPORT}
    put_site_files(serving, {**files, "sip.conf": SIP_GENERAL})
    return serving


def put_site_files(asterisk: PrivateAsterisk, files: dict[str, str]) -> None:
    """Asterisk serves these from now on."""
    shutil.rmtree(asterisk.spool / "voicemail", ignore_errors=True)
    for name, text in files.items():
        (asterisk.etc / name).write_text(text.replace("{sip_port}", str(asterisk.sip_port)), "utf-8")
    mwi = "chan_sip.so" if asterisk.driver == "sip" else "res_pjsip.so"
    with connect(asterisk.operator_settings()) as ami:
        for module in ("app_voicemail.so", "pbx_config.so", mwi):
            ami.reload(module)


@pytest.fixture
def installation(asterisk: PrivateAsterisk, tmp_path: Path) -> Iterator[Installation]:
    with ExitStack() as stack:
        made = Installation(asterisk, stack, OBJECTS)
        made.settings |= {**SETTINGS, "backup_path": tmp_path / "kept"}
        yield made


@pytest.fixture
def sipserver(asterisk: PrivateAsterisk, start_telephone: StartTelephone) -> UserAgent:
    return start_telephone(asterisk, "gsip", host=SIPSERVER, port=PORT)


def leave_message(asterisk: PrivateAsterisk, dialled: str) -> None:
    with connect(asterisk.operator_settings()) as ami:
        ami.command(f"channel originate Local/{dialled}@default/n extension some@speech")


def record_greetings(asterisk: PrivateAsterisk) -> None:
    """Asterisk 16 cannot spell a box whose name holds more than digits, and ends the call: such a box needs one."""
    for _, key in PLACES.values():
        box, _, context = key.rpartition("@")
        if not box.isdecimal():
            write_burst(asterisk.spool / "voicemail" / context / box / "unavail.wav", loud=0.1, silent=0.1)


def hear_all_as_old(asterisk: PrivateAsterisk, key: str) -> None:
    """What VoicemailMain does once the messages were heard."""
    box, _, context = key.rpartition("@")
    folder = asterisk.spool / "voicemail" / context / box
    (folder / "Old").mkdir(exist_ok=True)
    for path in (folder / "INBOX").iterdir():
        path.rename(folder / "Old" / path.name)
    with connect(asterisk.operator_settings()) as ami:
        ami.action("VoicemailRefresh", Context=context, Mailbox=box)


def applications(asterisk: PrivateAsterisk) -> str:
    return "\n".join(asterisk.cli("core show channels concise"))


@on_every_pair
def test_sip_server_hears_of_messages_in_boxes_of_every_kind_and_name(
    installation: Installation, asterisk: PrivateAsterisk, sipserver: UserAgent
) -> None:
    installation.sync()
    record_greetings(asterisk)
    watched = {}
    for name in PLACES:
        watched[name] = sipserver.subscribe(name)
        assert watched[name].response.status == 200, name
        assert "Messages-Waiting: no" in sipserver.wait_notify("Voice-Message: 0/0", watched[name]).text
    for dialled, _ in PLACES.values():
        leave_message(asterisk, dialled)
    for name, (_, key) in PLACES.items():
        told = sipserver.wait_notify("Voice-Message: 1/0", watched[name], timeout=30).text
        assert "Messages-Waiting: yes" in told
        hear_all_as_old(asterisk, key)
        assert "Messages-Waiting: no" in sipserver.wait_notify("Voice-Message: 0/1", watched[name], timeout=10).text
    for nobody in ("gvm-9999", "gvm-a-61500", "gvm-g-7", "gvm-A17", "gvm-61002"):
        assert sipserver.subscribe(nobody).response.status == 404


@on_every_pair
def test_sip_server_registers_for_boxes_of_every_kind_and_name(
    installation: Installation, asterisk: PrivateAsterisk, sipserver: UserAgent
) -> None:
    installation.settings["mwi_mode"] = "REGISTER"
    installation.sync()
    record_greetings(asterisk)
    for name in PLACES:
        assert sipserver.register(name).status == 200, name
        notified(sipserver, name, "Voice-Message: 0/0")
    for dialled, _ in PLACES.values():
        leave_message(asterisk, dialled)
    for name in PLACES:
        notified(sipserver, name, "Voice-Message: 1/0")
    assert sipserver.register("gvm-9999").status in {401, 403, 404}


def notified(sipserver: UserAgent, name: str, text: str) -> None:
    """Waits until the contact that SIP Server registered for this name has got a NOTIFY with this text."""
    sipserver.wait_for(
        lambda message: message.method == "NOTIFY" and text in message.text and message.uri.startswith(f"sip:{name}@"),
        30.0,
    )


@on_both_drivers
def test_mwi_mode_can_be_changed_there_and_back_on_a_running_asterisk(
    installation: Installation, asterisk: PrivateAsterisk, sipserver: UserAgent
) -> None:
    for mode in ("SUBSCRIBE", "REGISTER", "SUBSCRIBE"):
        installation.settings["mwi_mode"] = mode
        installation.sync()
        seen = len(sipserver.received)
        if mode == "REGISTER":
            assert sipserver.register("gvm-61902").status == 200
            sipserver.wait_notify("Voice-Message: 0/0", after=seen)
        else:
            subscribed = sipserver.subscribe("gvm-61902")
            assert subscribed.response.status == 200
            sipserver.wait_notify("Voice-Message: 0/0", subscribed)
            assert sipserver.register("gvm-61902").status != 200


@on_both_drivers
@pytest.mark.parametrize(
    ("dialled", "caller", "running"),
    [
        ("861001", "5551", "VoiceMail!61001@GVMA_DN,u"),
        ("861001", "61001", "VoiceMailMain!61001@GVMA_DN"),
        ("877", "5551", "VoiceMailMain!@GVMA_DN"),
        ("85", "5551", "VoiceMail!5@GVMA_DN,u"),
        ("4400anna.b-1", "5551", "VoiceMail!anna.b-1@GVMA_AGENT,u"),
        ("440077", "5551", "VoiceMailMain!@GVMA_AGENT"),
        ("*5561500", "5551", "VoiceMail!61500@GVMA_AGENTGROUP,u"),
        ("*5561500", "61500", "VoiceMailMain!61500@GVMA_AGENTGROUP"),
        ("*5577", "5551", "VoiceMailMain!@GVMA_AGENTGROUP"),
    ],
)
def test_a_call_with_a_prefix_of_the_settings_reaches_its_box(
    request: pytest.FixtureRequest,
    serving: PrivateAsterisk,
    start_telephone: StartTelephone,
    dialled: str,
    caller: str,
    running: str,
) -> None:
    if "'_8X.' =>" not in "\n".join(serving.cli("dialplan show GVMA")):
        request.getfixturevalue("installation").sync()
    phone = start_telephone(serving, caller, host=SIPSERVER, port=PORT)
    call = phone.call(dialled, from_user=caller)
    phone.wait_until(lambda: running in applications(serving), 8.0, lambda: applications(serving))
    if call.final is None:
        call.wait_final()
    assert call.final is not None
    assert call.final.status == 200
    call.hang_up()


@on_both_drivers
def test_the_manuals_numbers_lead_nowhere_where_the_settings_have_others(
    installation: Installation, asterisk: PrivateAsterisk, sipserver: UserAgent
) -> None:
    installation.sync()
    for dialled in ("3761001", "389500", "8", "4400"):
        assert sipserver.call(dialled, from_user="5551").wait_final().status in {404, 484}


@on_both_drivers
def test_an_unchanged_site_is_neither_written_nor_reloaded(
    installation: Installation, asterisk: PrivateAsterisk
) -> None:
    installation.sync()
    files = {path: path.stat() for path in asterisk.etc.iterdir()}
    seen = len(asterisk.log_text())
    done = installation.sync()
    assert (done.stdout, done.stderr) == ("", "")
    answer = json.loads(installation.sync("--output", "json").stdout)
    assert (answer["status"], answer["reloaded"], answer["backup_set"]) == ("ok", [], None)
    assert {path: path.stat().st_mtime_ns for path in asterisk.etc.iterdir()} == {
        path: status.st_mtime_ns for path, status in files.items()
    }
    assert "eload" not in asterisk.log_text()[seen:]
    assert len(list(Path(str(installation.settings["backup_path"])).glob("2*"))) == 1


@on_chan_sip
def test_chan_sip_takes_one_sip_server_and_a_pair_is_refused(
    installation: Installation, asterisk: PrivateAsterisk
) -> None:
    installation.settings["siptserver_host"] = f"{SIPSERVER}, {SPARE}"
    installation.write_settings()
    before = {path: path.read_bytes() for path in asterisk.etc.iterdir()}
    done = installation.gvma("sync")
    assert done.returncode == 78, done.stderr
    assert "siptserver_host names several addresses; chan_sip takes one" in done.stderr
    assert {path: path.read_bytes() for path in asterisk.etc.iterdir()} == before


@on_pjsip
def test_both_sip_servers_of_a_pair_are_let_in_and_no_stranger(
    installation: Installation, asterisk: PrivateAsterisk, start_telephone: StartTelephone
) -> None:
    installation.settings["siptserver_host"] = f"{SIPSERVER}, {SPARE}"
    installation.sync()
    for host, status in ((SIPSERVER, 200), (SPARE, 200), (STRANGER, 401)):
        agent = start_telephone(asterisk, "gsip", host=host)
        subscribed = agent.subscribe("gvm-61902")
        assert subscribed.response.status == status
        if status == 200:
            agent.wait_notify("Voice-Message: 0/0", subscribed)


@on_pjsip
@pytest.mark.parametrize("match", [f"192.0.2.1,{SIPSERVER}", f"{SIPSERVER}:{PORT}", "127.0.0.4/30"])
def test_where_the_site_identifies_sip_server_the_block_holds_aors_only_and_the_plan_says_so(
    installation: Installation, asterisk: PrivateAsterisk, sipserver: UserAgent, match: str
) -> None:
    own = (
        f"{PJSIP_TRANSPORT}[genesys]\ntype=endpoint\ncontext=default\ndisallow=all\nallow=ulaw\n"
        f"[genesys-by-address]\ntype=identify\nendpoint=genesys\nmatch={match}\n"
    )
    put_site_files(asterisk, {"pjsip.conf": own})
    installation.write_settings()
    planned = installation.gvma("sync", "--dry-run")
    assert planned.returncode == 0, planned.stderr
    told = f"Left out: endpoint gvma-sipserver for {SIPSERVER}, which the site's own endpoint genesys identifies\n"
    assert told in planned.stdout
    assert "+type=identify" not in planned.stdout
    installation.sync()
    block = (asterisk.etc / "pjsip.conf").read_text().partition("GVMA-BEGIN")[2]
    assert "type=endpoint" not in block
    assert block.count("type=aor") == len(PLACES)
    subscribed = sipserver.subscribe("gvm-61902")
    assert subscribed.response.status == 200
    sipserver.wait_notify("Voice-Message: 0/0", subscribed)


@on_both_drivers
def test_a_box_that_goes_and_comes_again_is_gone_and_there_again_for_sip_server(
    installation: Installation, asterisk: PrivateAsterisk, sipserver: UserAgent
) -> None:
    installation.sync()
    assert sipserver.subscribe("gvm-61902").response.status == 200
    left = {key: options for key, options in OBJECTS.dns.items() if key[0] != "61002"}
    installation.put(Layer(dns=left, agents=OBJECTS.agents, groups=OBJECTS.groups))
    done = installation.sync()
    assert done.stdout.startswith("sync: 0 added, 0 changed, 2 removed in voicemail.conf, ")
    assert sipserver.subscribe("gvm-61902").response.status == 404
    with connect(asterisk.settings()) as ami:
        assert "61902@GVMA_DN" not in ami.voicemail_users()
    installation.put(OBJECTS)
    installation.sync()
    assert sipserver.subscribe("gvm-61902").response.status == 200


@on_both_drivers
def test_a_restored_backup_set_is_in_force_again_and_held(
    installation: Installation, asterisk: PrivateAsterisk, sipserver: UserAgent
) -> None:
    names = ("voicemail.conf", "extensions.conf", f"{asterisk.driver}.conf")
    before = {name: (asterisk.etc / name).read_bytes() for name in names}
    installation.sync()
    done = installation.gvma("backup", "restore", "latest")
    assert done.returncode == 0, done.stderr
    assert {name: (asterisk.etc / name).read_bytes() for name in names} == before
    with connect(asterisk.settings()) as ami:
        assert not [key for key in ami.voicemail_users() if "@GVMA_" in key]
        assert ami.dialplan("GVMA") == ""
    assert sipserver.subscribe("gvm-61902").response.status in {401, 403, 404}
    assert installation.gvma("sync").returncode == 13
    installation.sync("--force")
    assert sipserver.subscribe("gvm-61902").response.status == 200
    assert installation.sync().stdout == ""
