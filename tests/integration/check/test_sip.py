"""`gvma check` on real servers: who is identified by SIP Server's address, and what a SUBSCRIBE gets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.harness.site import Site
from tests.harness.waiting import wait_until
from tests.integration.check import (
    SIP_SERVER,
    codes,
    driver_file,
    edit,
    without_module,
)
from tests.useragent import UserAgent


@contextmanager
def reloaded(installation: Site) -> Iterator[None]:
    """Asterisk reads its channel driver's file, and at the end the one of before."""
    path = installation.asterisk.etc / driver_file(installation)
    kept = path.read_bytes()
    try:
        yield
    finally:
        path.write_bytes(kept)
        reload_driver(installation)


def reload_driver(installation: Site) -> None:
    module = "chan_sip.so" if installation.asterisk.driver == "sip" else "res_pjsip.so"
    installation.asterisk.cli(f"module reload {module}")


def wait_for_object(installation: Site, name: str) -> None:
    """Asterisk holds a peer or AOR; chan_sip reads its file behind the answer to the reload."""
    command = "sip show peers" if installation.asterisk.driver == "sip" else "pjsip show aors"
    wait_until(
        lambda: any(name in line for line in installation.asterisk.cli(command)),
        f"{name} did not come",
        lambda: "\n".join(installation.asterisk.cli(command)),
    )


def test_a_subscription_that_asterisk_does_not_hold_is_refused_with_404(installation: Site) -> None:
    with reloaded(installation):
        edit(installation, driver_file(installation), lambda text: text.replace("[gvm-1000]", "[gvm-1009]"))
        reload_driver(installation)
        wait_for_object(installation, "gvm-1009")
        edit(installation, driver_file(installation), lambda text: text.replace("[gvm-1009]", "[gvm-1000]"))
        found = [finding for finding in installation.check("--probe") if finding["code"] == "probe-refused"]
    # chan_sip finds no peer of this name, and says so only where guests are let in.
    status = "401" if installation.asterisk.driver == "sip" else "404"
    assert [(finding["where"], finding["message"]) for finding in found] == [
        ("gvm-1000", f"SUBSCRIBE was answered {status}")
    ]


only_pjsip = pytest.mark.parametrize("module_version", [22], indirect=True, scope="module")


@only_pjsip
def test_nobody_or_two_for_sip_servers_address(installation: Site) -> None:
    with reloaded(installation):
        edit(installation, "pjsip.conf", lambda text: text.replace(f"match={SIP_SERVER}", "match=127.0.0.99"))
        reload_driver(installation)
        assert {"identify-none", "probe-refused"} <= codes(installation, "--probe")
    with reloaded(installation):
        second = f"[second]\ntype=endpoint\nallow=ulaw\n[second]\ntype=identify\nendpoint=second\nmatch={SIP_SERVER}\n"
        edit(installation, "pjsip.conf", lambda text: second + text)
        reload_driver(installation)
        assert "identify-twice" in codes(installation)
    assert codes(installation) == set()


@only_pjsip
def test_a_probe_from_a_host_that_is_not_sip_server_says_nothing_of_it(installation: Site) -> None:
    with reloaded(installation):
        edit(installation, "pjsip.conf", lambda text: text.replace(SIP_SERVER, "192.0.2.7"))
        reload_driver(installation)
        installation.settings["siptserver_host"] = "192.0.2.7"
        found = installation.check("--probe")
    assert {finding["severity"] for finding in found if finding["code"].startswith("probe-")} == {"info"}


@only_pjsip
def test_the_module_that_writes_a_notify(installation: Site) -> None:
    with without_module(installation, "res_pjsip_mwi_body_generator.so"):
        assert {"module-missing", "probe-refused"} <= codes(installation, "--probe")
    assert codes(installation, "--probe") == set()


@only_pjsip
def test_mailboxes_on_sip_servers_endpoint_and_not_on_a_phones(installation: Site) -> None:
    with reloaded(installation):
        desk = "[desk]\ntype=endpoint\nallow=ulaw\nmailboxes=1000@GVMA_DN\n"
        edit(installation, "pjsip.conf", lambda text: desk + text)
        reload_driver(installation)
        assert codes(installation, "--probe") == set()
        lamp = "[gsip]\ntype=endpoint\nmailboxes=1000@GVMA_DN\n"
        edit(installation, "pjsip.conf", lambda text: text.replace("[gsip]\ntype=endpoint\n", lamp))
        assert "pjsip-mailboxes-twice" in codes(installation)


@only_pjsip
def test_phones_behind_sip_servers_address_want_the_user_name_first(installation: Site) -> None:
    with reloaded(installation):
        contact = f"contact=sip:1000@{SIP_SERVER}:5070"
        behind = f"[behind]\ntype=endpoint\nallow=ulaw\naors=behind\n[behind]\ntype=aor\n{contact}\n"
        edit(installation, "pjsip.conf", lambda text: behind + text)
        reload_driver(installation)
        assert "identifier-order-phones" in codes(installation)


@only_pjsip
def test_register_mode_wants_the_user_name_first(installation: Site) -> None:
    installation.settings["mwi_mode"] = "REGISTER"
    assert {"identifier-order", "sipserver-mwi-mode", "probe-register"} <= codes(installation, "--probe")


@only_pjsip
@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("allow_subscribe=no", "endpoint gsip has allow_subscribe=no"),
        ("auth=gsip", "endpoint gsip has auth"),
        ("deny=0.0.0.0/0.0.0.0", f"endpoint gsip has deny/permit, which does not permit {SIP_SERVER}"),
        ("acl=nobody", f"endpoint gsip has acl=nobody, which does not permit {SIP_SERVER}"),
        ("acl=nosuch", "endpoint gsip has acl=nosuch, which Asterisk does not know"),
    ],
)
def test_what_refuses_sip_servers_subscribe_is_found_without_a_probe(
    installation: Site, lines: str, message: str
) -> None:
    acl = installation.asterisk.etc / "acl.conf"
    with reloaded(installation):
        acl.write_text("[nobody]\ndeny=0.0.0.0/0.0.0.0\n")
        installation.asterisk.cli("module reload acl")
        password = "[gsip]\ntype=auth\nusername=gsip\npassword=x\n"
        endpoint = "[gsip]\ntype=endpoint\n"
        edit(installation, "pjsip.conf", lambda text: password + text.replace(endpoint, f"{endpoint}{lines}\n"))
        reload_driver(installation)
        found = installation.check("--probe")
        acl.write_text("")
        installation.asterisk.cli("module reload acl")
    assert message in [finding["message"] for finding in found if finding["code"] == "sipserver-refused"]
    assert "probe-refused" in {finding["code"] for finding in found}
    assert codes(installation, "--probe") == set()


@pytest.mark.parametrize("module_version", [16], indirect=True, scope="module")
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[general]\n", "[general]\nallowsubscribe=no\n", "peer gvm-1000 has allowsubscribe=no"),
        ("[gvm-1000]\n", "[gvm-1000]\nsecret=x\n", "peer gvm-1000 has secret"),
        (
            "[gvm-1000]\n",
            "[gvm-1000]\ndeny=0.0.0.0/0.0.0.0\n",
            f"peer gvm-1000 has deny/permit, which does not permit {SIP_SERVER}",
        ),
    ],
)
def test_what_refuses_a_subscription_of_chan_sip_is_found_without_a_probe(
    installation: Site, old: str, new: str, message: str
) -> None:
    with reloaded(installation):
        edit(installation, "sip.conf", lambda text: text.replace(old, new))
        reload_driver(installation)
        wait_until(
            lambda: message in [one["message"] for one in installation.check()],
            "chan_sip did not read its file",
            lambda: "\n".join(installation.asterisk.cli("sip show peer gvm-1000")),
        )
        assert "probe-refused" in codes(installation, "--probe")


def test_sip_servers_own_address_and_port_are_compared_with_ours(installation: Site) -> None:
    assert installation.layer.application is not None
    own = {"sip-address": SIP_SERVER, "sip-port": str(installation.settings["siptserver_port"])}
    installation.layer.application |= own
    assert codes(installation) == set()
    installation.layer.application |= {"sip-address": "192.0.2.8", "sip-port": "5999", "sip-interface": SIP_SERVER}
    found = [one for one in installation.check() if one["code"].startswith("sipserver-")]
    assert [one["code"] for one in found] == ["sipserver-address", "sipserver-port"]
    assert "which is sip-interface" in found[0]["message"]


def states(installation: Site) -> dict[str, str]:
    """The state of each telephone that was probed."""
    probes = installation.check_result("--probe")["probes"]
    return {probe["name"]: probe["state"] for probe in probes if probe["event"] == "presence"}


def test_a_telephone_is_closed_until_it_registers_and_says_when_it_is_called(installation: Site) -> None:
    server = ("127.0.0.1", installation.asterisk.sip_port)

    def hints() -> str:
        return "\n".join(installation.asterisk.cli("core show hints"))

    assert {name: state.partition(",")[0] for name, state in states(installation).items()} == {
        "1000": "closed",
        "1001": "closed",
    }
    with UserAgent(server, "1000", host="127.0.0.4") as phone, UserAgent(server, "1001", host="127.0.0.5") as other:
        assert phone.register("1000").status == other.register("1001").status == 200
        wait_until(
            lambda: states(installation) == {"1000": "open, Ready", "1001": "open, Ready"}, "not registered", hints
        )
        call = other.call("1000", from_user="1001")
        taken = phone.wait_call()
        taken.answer()
        assert call.wait_final().status == 200
        assert states(installation)["1000"] == "open, On the phone"
        call.hang_up()
        taken.wait_ended()
        assert phone.register("1000", expires=0).status == other.register("1001", expires=0).status == 200
    wait_until(lambda: states(installation)["1000"].startswith("closed"), "still registered", hints)
    assert codes(installation, "--probe") == set()


def test_a_hint_that_asterisk_does_not_have_is_refused_with_404(installation: Site) -> None:
    kept = installation.asterisk.etc.joinpath("extensions.conf").read_text("utf-8")
    edit(installation, "extensions.conf", lambda text: text.replace("exten => 1001,hint,", "exten => 1009,hint,"))
    installation.asterisk.cli("dialplan reload")
    edit(installation, "extensions.conf", lambda _: kept)
    found = [one for one in installation.check("--probe") if one["code"].startswith("probe-")]
    installation.asterisk.cli("dialplan reload")
    assert [(one["code"], one["where"], one["group"]) for one in found] == [
        ("probe-presence-refused", "1001", "routing")
    ]


def test_the_objects_for_this_asterisk_have_the_address_that_it_listens_on(installation: Site) -> None:
    made = installation.answer("switch", "objects", "asterisk")
    assert (made["values"]["contact"], made["origins"]["contact"]) == (
        f"127.0.0.1:{installation.asterisk.sip_port}",
        "asked",
    )
    steps = {step["title"]: step["status"] for step in installation.answer("switch", "checklist", "asterisk")["steps"]}
    assert {steps[title] for title in ("Presence Trunk DN", "Media service DNs", "Trunk DNs to the mailboxes")} == {
        "ok"
    }
