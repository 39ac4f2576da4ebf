"""Hostile values through a whole sync: what Asterisk holds afterwards is what the plan said, and nothing more."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gvma.ami.answers import VoicemailUser
from gvma.ami.manager import connect
from gvma.configserver.objects import ConfigObject
from gvma.mailboxes import desired
from tests.harness.layer import Layer
from tests.hostile import CORPUS, OPTIONS
from tests.soak.site import WatchedSite

VOICEMAIL = "[general]\nformat=wav\nmaxmsg=100\n[default]\n9000 => 9000,Site,site@example,,\n"
EXTENSIONS = "[general]\n[default]\nexten => 100,1,NoOp(site)\ninclude => GVMA\n"
PLAIN = {"7001": {"gvm_name": "Ann", "gvm_email": "ann@example.com"}, "7002": {}}
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# XML takes CR, LF and tab in an attribute only as references, which quoteattr writes.
VALUES = tuple(value for value in CORPUS if not _NOT_XML.search(value))


def layer(values: Sequence[str]) -> Layer:
    """Each value in each option of a DN of its own, and as a DN's number; two DNs are plain."""
    numbers = iter(range(10_000, 90_000))
    dns = {str(next(numbers)): {option: value} for option in OPTIONS for value in values}
    return Layer({**PLAIN, **dns, **{value: {} for value in values if value}})


def sync_hostile_values(site: WatchedSite, values: Sequence[str]) -> int:
    """A sync of two plain DNs, then one with the hostile ones too; the number of boxes that came of them."""
    site.put(Layer(PLAIN))
    with site.served():
        site.settings["routing"] = "no"
        done = site.run_sync()
        assert done.status == 0, done
        before = _options_and_contexts(site)
        hostile = layer(values)
        objects = [ConfigObject("CfgDN", at, dn, 1, options=hostile.dns[dn]) for at, dn in enumerate(hostile.dns)]
        wanted = desired(objects, [], [])
        site.put(hostile)
        done = site.run_sync()
        assert done.status == 0, done
    _compare(site, {box.key: box for box in wanted.mailboxes}, {one.name: one.key for one in wanted.subscriptions})
    assert _options_and_contexts(site) == before
    assert site.run_sync(site.tree).stdout == ""
    return len(wanted.mailboxes)


def _compare(site: WatchedSite, boxes: dict[str, object], names: dict[str, str]) -> None:
    with connect(site.asterisk.settings()) as ami:
        loaded = ami.voicemail_users()
        watched = ami.aors() if site.asterisk.driver == "pjsip" else dict.fromkeys(ami.sip_peers())
    assert loaded.pop("9000@default") == VoicemailUser("Site", "site@example", "")
    assert loaded["7001@GVMA_DN"] == VoicemailUser("Ann", "ann@example.com", "")
    planned = {key: VoicemailUser(box.name, box.email, box.pager) for key, box in boxes.items()}  # type: ignore[attr-defined]
    assert loaded == planned
    there = {name: box for name, box in watched.items() if name.startswith("gvm-")}
    assert there == names if site.asterisk.driver == "pjsip" else set(there) == set(names)


def _options_and_contexts(site: WatchedSite) -> tuple[list[str], list[str], list[str]]:
    """[general] of voicemail.conf as Asterisk reads it, its contexts in the dialplan, its modules."""
    with connect(site.asterisk.operator_settings()) as ami:
        general = ami.action("GetConfig", Filename="voicemail.conf", Category="general")
    options = sorted(value for key, value in general.items() if key.lower().startswith("line-"))
    dialplan = [line for line in site.asterisk.cli("dialplan show") if line.startswith("[ Context")]
    return options, sorted(dialplan), sorted(site.asterisk.cli("core show hints"))
