"""gvma beside FreePBX, as docs/freepbx.md says: Apply Config takes nothing of ours away, and we nothing of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness import freepbx
from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk, StartTelephone
from tests.harness.site import Site
from tests.soak.phone import Phone

SIPSERVER = "127.0.0.5"
TRUNK = "sipserver"
OUR_FILES = {
    "asterisk_cfg_file_vm": "voicemail_gvma.conf",
    "asterisk_cfg_file_exten": "extensions_custom.conf",
    "asterisk_cfg_file_pjsip": "pjsip_custom_post.conf",
}


@pytest.fixture
def asterisk(start_asterisk: StartAsterisk) -> PrivateAsterisk:
    started = start_asterisk(22, freepbx.files(TRUNK, SIPSERVER))
    started.shorten_prompts()
    return started


@pytest.fixture
def site(asterisk: PrivateAsterisk) -> Iterator[Site]:
    with ExitStack() as stack:
        made = Site(asterisk.folder, Layer(dns={"1000": {"gvm_name": "Ann; Lee"}, "1001": {}}), asterisk=asterisk)
        stack.enter_context(made.served())
        made.settings |= {"siptserver_host": SIPSERVER, **OUR_FILES}
        made.write("extensions_custom.conf", "[from-internal-custom]\ninclude => GVMA\ninclude => phone\n")
        made.write("extensions_override_freepbx.conf", "[phone]\nexten => _8.,1,VoicemailMain(${EXTEN:1}@GVMA_DN)\n")
        yield made


def apply_config(asterisk: PrivateAsterisk) -> None:
    freepbx.apply_config(asterisk.etc, TRUNK, SIPSERVER)
    asterisk.cli("core reload")


def mailboxes(asterisk: PrivateAsterisk) -> set[str]:
    """``1000@GVMA_DN``, of all contexts."""
    rows = [line.split() for line in asterisk.cli("voicemail show users")]
    return {f"{row[1]}@{row[0]}" for row in rows if len(row) > 1 and row[1].isdigit()}


def test_apply_config_takes_nothing_away_and_the_next_sync_has_nothing_to_do(
    site: Site, asterisk: PrivateAsterisk
) -> None:
    site.sync()
    ours = {name: site.text(name) for name in OUR_FILES.values()}
    apply_config(asterisk)
    assert {name: site.text(name) for name in OUR_FILES.values()} == ours
    assert mailboxes(asterisk) == {"1000@GVMA_DN", "1001@GVMA_DN", "5001@default"}
    assert site.sync().stdout == ""


def test_freepbxs_own_files_are_not_touched_by_a_sync(site: Site) -> None:
    before = {path.name: path.read_bytes() for path in site.etc.iterdir() if path.name not in OUR_FILES.values()}
    site.sync()
    assert {name: (site.etc / name).read_bytes() for name in before} == before


def test_a_pin_changed_by_phone_outlives_apply_config_and_sync(
    site: Site, asterisk: PrivateAsterisk, start_telephone: StartTelephone
) -> None:
    site.sync()
    phone = Phone(asterisk, start_telephone(asterisk, "5000", host=SIPSERVER))
    phone.change_pin("1000", "1000", "4711")
    apply_config(asterisk)
    site.layer.dns["1001"] = {"gvm_name": "Bob"}
    site.sync()
    assert "1000 => 4711,Ann\\; Lee" in site.block("voicemail_gvma.conf")
    assert phone.accepts("1000", "4711")


def test_a_block_in_voicemail_conf_itself_is_taken_up_again_after_apply_config_with_its_pins(
    site: Site, asterisk: PrivateAsterisk
) -> None:
    site.settings["asterisk_cfg_file_vm"] = "voicemail.conf"
    site.sync()
    site.replace("voicemail.conf", "1000 => 1000,", "1000 => 4711,")
    apply_config(asterisk)
    assert "1000=4711,Ann; Lee,,," in site.text("voicemail.conf")
    site.sync()
    assert "1000 => 4711,Ann\\; Lee,,," in site.block("voicemail.conf")
    assert mailboxes(asterisk) == {"1000@GVMA_DN", "1001@GVMA_DN", "5001@default"}
    assert site.sync().stdout == ""


def test_calls_of_sip_servers_trunk_stay_where_they_were_and_subscriptions_work(
    site: Site, asterisk: PrivateAsterisk, start_telephone: StartTelephone
) -> None:
    sipserver = start_telephone(asterisk, "5000", host=SIPSERVER)
    site.sync()
    call = sipserver.call("5001")
    assert call.wait_final().status == 200
    call.hang_up()
    assert sipserver.subscribe("gvm-1000").response.status == 200
