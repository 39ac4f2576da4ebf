"""Each case of `gvma explain`, made on a real site; what is said is compared with what was done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from socket import SOCK_STREAM
from typing import Any

import pytest

from gvma.demo.ports import free_port
from gvma.sip.subscriber import Subscriber
from tests.harness.command import Done, in_this_process
from tests.harness.layer import ROUTING_POINT
from tests.harness.site import Site
from tests.hostile import CORPUS
from tests.integration.answers.conftest import FIRST_PIN

NOBODY = ["nobody-subscribes"]


def explained(site: Site, *names: str) -> dict[str, Any]:
    done = in_this_process(*site.words("--output", "json", "explain", *names))
    assert FIRST_PIN not in done.stdout + done.stderr
    return done.json()


def in_words(site: Site, name: str) -> Done:
    return in_this_process(*site.words("explain", name))


def reasons(said: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in said["reasons"]]


def line_of(site: Site, file: str, beginning: str) -> int:
    return 1 + next(at for at, line in enumerate(site.text(file).splitlines()) if line.startswith(beginning))


def channel(site: Site) -> str:
    return "sip.conf" if site.asterisk.driver == "sip" else "pjsip.conf"


@contextmanager
def subscribed(site: Site, name: str) -> Iterator[None]:
    here = ("127.0.0.1", int(str(site.settings["siptserver_port"])))
    with Subscriber(name, "127.0.0.1", site.asterisk.sip_port, local=here) as sip_server:
        assert sip_server.subscribe().status == 200
        yield


def test_a_dn_and_all_that_belongs_to_it(site: Site) -> None:
    said = explained(site, "1000")
    assert said["exit_code"] == 0
    (object_,), (box,) = said["objects"], said["mailboxes"]
    assert (object_["object"], object_["queries"]) == ("DN 1000", ["dnquery"])
    assert object_["options"] == {"gvm_name": "Ann Lee", "gvm_password": "****"}
    assert box == {
        "mailbox": "1000@GVMA_DN",
        "owners": ["DN 1000"],
        "where": {"file": str(site.etc / "voicemail.conf"), "line": line_of(site, "voicemail.conf", "1000 => ")},
        "loaded": True,
        "new": 0,
        "old": 0,
        "pin": "first",
        "subscription": {
            "name": "gvm-1000",
            "where": {"file": str(site.etc / channel(site)), "line": line_of(site, channel(site), "[gvm-1000]")},
            "loaded": True,
            "subscribers": [],
        },
        "dial": ["371000", "379500"],
    }
    assert (said["next"], said["not_asked"], reasons(said)) == ([], [], NOBODY)
    assert explained(site, "gvm-1000")["mailboxes"] == explained(site, "1000@GVMA_DN")["mailboxes"] == [box]


def test_while_sip_server_subscribes_all_is_well_and_a_message_lights_the_lamp(site: Site) -> None:
    folder = site.spool / "voicemail" / "GVMA_AGENTGROUP" / "3333" / "INBOX"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "msg0000.txt").write_text("[message]\n")
    with subscribed(site, "gvm-g-3333"):
        said = explained(site, "Sales")
        words = in_words(site, "Sales").stdout
    (folder / "msg0000.txt").unlink()
    assert reasons(said) == []
    assert (said["mailboxes"][0]["new"], len(said["mailboxes"][0]["subscription"]["subscribers"])) == (1, 1)
    assert words.splitlines()[1].startswith("Message waiting works: ")
    assert "1 new message." in " ".join(words.split())


def test_why_has_agent_2222_no_mwi_is_answered_in_the_first_five_lines(site: Site) -> None:
    assert site.layer.application is not None
    site.layer.application["mwi-agent-enable"] = "false"
    said = explained(site, "2222")
    assert reasons(said) == ["sipserver-mwi-enable"]
    first = " ".join(in_words(site, "2222").stdout.splitlines()[:5])
    assert "Message waiting does not work: mwi-agent-enable is false" in first
    assert "> Set the option to true in the SIP Server Application" in first
    assert reasons(explained(site, "1000")) == NOBODY, "it is no fault of a DN's"


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("mwi-host", "192.0.2.99", "sipserver-mwi-host"),
        ("mwi-port", "5999", "sipserver-mwi-port"),
        ("mwi-mode", "REGISTER", "sipserver-mwi-mode"),
        ("mwi-domain", "", "sipserver-mwi-missing"),
        ("sip-address", "192.0.2.99", "sipserver-address"),
    ],
)
def test_an_option_of_sip_server_that_keeps_mwi_from_working(site: Site, option: str, value: str, code: str) -> None:
    assert site.layer.application is not None
    site.layer.application[option] = value
    assert reasons(explained(site, "1000")) == [code]


def test_an_agent_group_and_the_site_s_own_box(site: Site) -> None:
    said = explained(site, "Sales", "1001")
    assert [box["mailbox"] for box in said["mailboxes"]] == ["3333@GVMA_AGENTGROUP", "5001@MY_COMPANY"]
    group, own = said["mailboxes"]
    assert (group["owners"], group["dial"]) == (["Agent Group Sales"], ["393333", "399500"])
    assert (own["pin"], own["dial"], own["loaded"]) == ("unknown", [], True)
    assert own["where"]["line"] == line_of(site, "voicemail.conf", "5001 => ")
    assert "[MY_COMPANY]" in said["objects"][1]["rule"]
    site.layer.dns["1001"]["gvm_mailbox"] = "5002"
    assert "gvm-context-box-unknown" in reasons(explained(site, "1001"))


def test_an_object_without_a_mailbox_and_why(site: Site) -> None:
    said = explained(site, "7002")
    assert (said["exit_code"], said["mailboxes"], reasons(said)) == (0, [], ["no-mailbox"])
    assert "gvm_mailbox" in said["objects"][0]["rule"]


def test_an_object_that_the_queries_do_not_match(site: Site) -> None:
    site.layer.dns["4000", ROUTING_POINT] = {}
    site.layer.dns["4001", 2] = {"gvm_mailbox": "4001"}
    said = explained(site, "4000")
    assert (said["exit_code"], said["objects"][0]["queries"], said["mailboxes"]) == (0, ["routingpointquery"], [])
    said = explained(site, "4001")
    assert (said["objects"][0]["queries"], reasons(said)) == ([], ["object-not-selected"])
    assert "dnquery does not select it" in in_words(site, "4001").stdout.splitlines()[1]


def test_a_shared_box_shows_both_owners_and_whose_values_count(site: Site) -> None:
    site.layer.dns["1010"] = {"gvm_mailbox": "1000", "gvm_name": "Eve"}
    site.sync()
    said = explained(site, "1010")
    assert said["mailboxes"][0]["owners"] == ["DN 1010", "DN 1000"]
    assert any("share the mailbox 1000@GVMA_DN" in one for object_ in said["objects"] for one in object_["warnings"])


def test_a_refused_value_keeps_what_the_owner_has(site: Site) -> None:
    site.layer.dns["1002"] = {"gvm_email": "a,b@example.net"}
    said = explained(site, "1002")
    assert reasons(said) == ["value-refused"]
    assert "gvm_email" in said["reasons"][0]["message"]
    assert said["mailboxes"][0]["mailbox"] == "1002@GVMA_DN"


def test_a_name_with_several_meanings_shows_them_all(site: Site) -> None:
    site.layer.agents["7003"] = {"gvm_mailbox": "1000"}
    site.sync()
    said = explained(site, "1000")
    assert [box["mailbox"] for box in said["mailboxes"]] == ["1000@GVMA_DN", "1000@GVMA_AGENT"]
    assert [object_["object"] for object_ in said["objects"]] == ["DN 1000", "Agent Login 7003"]


def test_a_new_object_is_not_written_yet_and_a_removed_one_goes(site: Site) -> None:
    site.layer.dns["1011"] = {}
    del site.layer.dns["1002"]
    said = explained(site, "1011")
    assert reasons(said) == ["not-written-yet"]
    assert [(item["action"], item["name"]) for item in said["next"]] == [("add", "1011@GVMA_DN"), ("add", "gvm-1011")]
    said = explained(site, "1002")
    assert (said["objects"], said["exit_code"]) == ([], 0)
    assert [item["action"] for item in said["next"]] == ["remove", "remove"]
    assert "goes-with-next-sync" in reasons(said)


def test_a_subscription_that_asterisk_does_not_have(site: Site) -> None:
    site.layer.dns["1012"] = {}
    assert site.gvma("sync", "--no-reload").status == 0
    said = explained(site, "1012")
    box = said["mailboxes"][0]
    assert (box["loaded"], box["subscription"]["loaded"]) == (False, False)
    assert {"asterisk-lacks-it", "reload-pending"} <= set(reasons(said))


def test_a_pin_that_its_owner_changed(site: Site) -> None:
    site.replace("voicemail.conf", f"1000 => {FIRST_PIN},", "1000 => 123987,")
    assert explained(site, "1000")["mailboxes"][0]["pin"] == "changed"
    site.replace("voicemail.conf", "1000 => 123987,", f"1000 => {FIRST_PIN},")


def test_configuration_server_away(site: Site) -> None:
    site.simulator.fail = "401"
    said = explained(site, "1000")
    assert said["exit_code"] == 0
    box = said["mailboxes"][0]
    assert (box["owners"], box["loaded"], box["pin"]) == (["DN 1000"], True, "first")
    assert any("Configuration Server did not answer dnquery" in one for one in said["not_asked"])
    assert "The next sync could not be planned." in said["not_asked"]
    assert explained(site, "nobody")["exit_code"] == 1


def test_asterisk_away(site: Site) -> None:
    site.settings["asterisk_cm_port"] = free_port(SOCK_STREAM)
    said = explained(site, "1000")
    box = said["mailboxes"][0]
    assert (box["loaded"], box["new"], box["pin"], box["subscription"]["loaded"]) == (None, None, "first", None)
    assert any("Asterisk could not be asked" in one for one in said["not_asked"])


def test_a_name_that_nobody_has(site: Site) -> None:
    done = in_words(site, "2223")
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.startswith("2223: no object, mailbox or subscription has this name\n")
    assert "Did you mean 2222?" in done.stderr
    said = explained(site, "1000", "2223")
    assert (said["exit_code"], said["unknown"][0]["name"], len(said["mailboxes"])) == (1, "2223", 1)


def test_hostile_names_and_values_are_shown_as_text_of_80_columns(site: Site) -> None:
    names = [one for one in CORPUS if one and not one.startswith("-") and "\0" not in one and len(one) < 300]
    done = in_this_process(*site.words("explain", *(one.encode("utf-8", "replace").decode() for one in names[::3])))
    assert done.status == 1
    values = [one for one in CORPUS if one.isprintable() or "\x1b" in one][:40]
    for number, value in enumerate(values):
        site.layer.dns[f"8{number:03}"] = {"gvm_name": value.replace("\0", ""), "gvm_mailbox_context": ""}
    shown = in_this_process(*site.words("explain", *(f"8{number:03}" for number in range(len(values)))))
    assert shown.status == 0
    for text in (done.stdout, done.stderr, shown.stdout):
        assert [char for char in text if not (char.isprintable() or char == "\n")] == []
    assert [line for line in in_words(site, "1000").stdout.splitlines() if len(line) > 80 and "/" not in line] == []
