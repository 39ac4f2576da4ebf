"""MWI and voicemail of a stranger's site on real Asterisks, for SIP Servers that subscribe and that register."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gvma.ami.manager import connect
from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.defaults import PJSIP_TRANSPORT
from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartTelephone
from tests.harness.site import Site
from tests.harness.waiting import wait_until
from tests.integration.strange_site import (
    OBJECTS,
    PLACES,
    PORT,
    SIPSERVER,
    SPARE,
    STRANGER,
    applications,
    hear_all_as_old,
    leave_message,
    notified,
    on_both_drivers,
    on_chan_sip,
    on_every_pair,
    on_pjsip,
    put_site_files,
    record_greetings,
)
from tests.useragent import UserAgent


@on_every_pair
def test_sip_server_hears_of_messages_in_boxes_of_every_kind_and_name(
    installation: Site, asterisk: PrivateAsterisk, sipserver: UserAgent
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
        notified = sipserver.wait_notify("Voice-Message: 1/0", watched[name]).text
        assert "Messages-Waiting: yes" in notified
        hear_all_as_old(asterisk, key)
        assert "Messages-Waiting: no" in sipserver.wait_notify("Voice-Message: 0/1", watched[name]).text
    for nobody in ("gvm-9999", "gvm-a-61500", "gvm-g-7", "gvm-A17", "gvm-61002"):
        assert sipserver.subscribe(nobody).response.status == 404


@on_every_pair
def test_sip_server_registers_for_boxes_of_every_kind_and_name(
    installation: Site, asterisk: PrivateAsterisk, sipserver: UserAgent
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


@on_both_drivers
def test_mwi_mode_can_be_changed_there_and_back_on_a_running_asterisk(
    installation: Site, asterisk: PrivateAsterisk, sipserver: UserAgent
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
    wait_until(lambda: running in applications(serving), f"{running} does not run", lambda: applications(serving))
    if call.final is None:
        call.wait_final()
    assert call.final is not None
    assert call.final.status == 200
    call.hang_up()


@on_both_drivers
def test_the_manuals_numbers_lead_nowhere_where_the_settings_have_others(
    installation: Site, asterisk: PrivateAsterisk, sipserver: UserAgent
) -> None:
    installation.sync()
    for dialled in ("3761001", "389500", "8", "4400"):
        assert sipserver.call(dialled, from_user="5551").wait_final().status in {404, 484}


@on_both_drivers
def test_an_unchanged_site_is_neither_written_nor_reloaded(installation: Site, asterisk: PrivateAsterisk) -> None:
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
def test_chan_sip_takes_one_sip_server_and_a_pair_is_refused(installation: Site, asterisk: PrivateAsterisk) -> None:
    installation.settings["siptserver_host"] = f"{SIPSERVER}, {SPARE}"
    before = {path: path.read_bytes() for path in asterisk.etc.iterdir()}
    done = installation.gvma("sync")
    assert done.status == 78, done.stderr
    assert "siptserver_host names several addresses; chan_sip takes one" in done.stderr
    assert {path: path.read_bytes() for path in asterisk.etc.iterdir()} == before


@on_pjsip
def test_both_sip_servers_of_a_pair_are_let_in_and_no_stranger(
    installation: Site, asterisk: PrivateAsterisk, start_telephone: StartTelephone
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
@pytest.mark.parametrize(
    "match",
    [f"192.0.2.1,{SIPSERVER}", f"{SIPSERVER}:{PORT}", "127.0.0.4/30"],
    ids=["addresses", "address and port", "network"],
)
def test_where_the_site_identifies_sip_server_the_block_holds_aors_only_and_the_plan_says_so(
    installation: Site, asterisk: PrivateAsterisk, sipserver: UserAgent, match: str
) -> None:
    own = (
        f"{PJSIP_TRANSPORT}[genesys]\ntype=endpoint\ncontext=default\ndisallow=all\nallow=ulaw\n"
        f"[genesys-by-address]\ntype=identify\nendpoint=genesys\nmatch={match}\n"
    )
    put_site_files(asterisk, {"pjsip.conf": own})
    planned = installation.gvma("sync", "--dry-run")
    assert planned.status == 0, planned.stderr
    left_out = f"Left out: endpoint gvma-sipserver for {SIPSERVER}, which the site's own endpoint genesys identifies\n"
    assert left_out in planned.stdout
    assert "endpoint gvma-sipserver (SIP Server)" not in planned.stdout
    installation.sync()
    block = (asterisk.etc / "pjsip.conf").read_text().partition("GVMA-BEGIN")[2]
    assert "type=endpoint" not in block
    assert block.count("type=aor") == len(PLACES)
    subscribed = sipserver.subscribe("gvm-61902")
    assert subscribed.response.status == 200
    sipserver.wait_notify("Voice-Message: 0/0", subscribed)


@on_both_drivers
def test_a_box_that_goes_and_comes_again_is_gone_and_there_again_for_sip_server(
    installation: Site, asterisk: PrivateAsterisk, sipserver: UserAgent
) -> None:
    installation.sync()
    assert sipserver.subscribe("gvm-61902").response.status == 200
    left = {key: options for key, options in OBJECTS.dns.items() if key != "61002"}
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
def test_a_restored_backup_set_is_in_force_again_and_pauses_the_sync(
    installation: Site, asterisk: PrivateAsterisk, sipserver: UserAgent
) -> None:
    names = ("voicemail.conf", "extensions.conf", f"{asterisk.driver}.conf")
    before = {name: (asterisk.etc / name).read_bytes() for name in names}
    installation.sync()
    done = installation.gvma("backup", "restore", "latest")
    assert done.status == 0, done.stderr
    assert {name: (asterisk.etc / name).read_bytes() for name in names} == before
    with connect(asterisk.settings()) as ami:
        assert not [key for key in ami.voicemail_users() if "@GVMA_" in key]
        assert ami.dialplan("GVMA") == ""
    assert sipserver.subscribe("gvm-61902").response.status in {401, 403, 404}
    assert installation.gvma("sync").status == 13
    installation.sync("--force")
    assert sipserver.subscribe("gvm-61902").response.status == 200
    assert installation.sync().stdout == ""
