"""Business call routing (the manual's lines 1960-2080) for both channel drivers."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from gvma.asterisk.dialplan import render_dialplan
from gvma.asterisk.drivers import CHAN_SIP, driver_of
from gvma.asterisk.identification.model import Identified, SiteIdentification
from gvma.asterisk.site import DialplanNames
from gvma.configserver.objects import ConfigObject
from gvma.routing import Routing, SiteRouting, routing
from gvma.settings.model import GvmaSettings

ON = GvmaSettings(
    routing=True, routing_dns="all", routing_endpoints=True, siptserver_host="10.0.0.1",
    routing_gateway_host="10.0.0.2", routing_gateway_port=5066,
)  # fmt: skip


def dn(number: str, kind: int = 1, dbid: int = 1) -> ConfigObject:
    return ConfigObject("CfgDN", dbid, number, kind)


def with_options(number: str, **options: str) -> ConfigObject:
    named = {name.replace("_", "-"): value for name, value in options.items()}
    return dataclasses.replace(dn(number), options=named)


def made(driver: str = "sip", site: SiteRouting | None = None, phones: str = "2001 2002", **changes: object) -> Routing:
    settings = ON._replace(**changes)  # type: ignore[arg-type]
    return routing([dn(number) for number in phones.split()], [dn("2400", 4)], settings, driver_of(driver), site)


def dialplan(answer: Routing, context: str = "GVMA_ROUTING") -> str:
    """The routing context as it is written."""
    settings = ON._replace(routing_context=context)
    text = render_dialplan(settings, "", answer.hints, answer.extensions).decode()
    return text[text.index(f"[{context}]\n") :]


def endpoints(answer: Routing, driver: str = "sip") -> str:
    """The endpoints as they are written."""
    lines = [line for endpoint in answer.endpoints for line in driver_of(driver).endpoint_lines(endpoint)]
    return "".join(f"{line}\n" for line in lines)


def test_the_dialplan_is_the_manuals() -> None:
    assert dialplan(made()) == (
        "[GVMA_ROUTING]\n"
        "exten => 2001,hint,SIP/2001\n"
        "exten => 2001,1,Dial(SIP/2001,60)\n"
        "exten => 2002,hint,SIP/2002\n"
        "exten => 2002,1,Dial(SIP/2002,60)\n"
        "exten => 2400,1,Dial(SIP/${EXTEN}@gsip,30,r)\n"
        "exten => 2400,2,Hangup()\n"
        "exten => _0.,1,Dial(SIP/${EXTEN:1}@gwsim,60)\n"
    )


WATCHED = ON._replace(routing_dns="watched")
HERE = SiteRouting(own_hosts=frozenset({"10.0.0.9", "pbx.example"}))


@pytest.mark.parametrize(
    ("options", "watched"),
    [
        ({"subscribe_presence": "Asterisk"}, True),
        ({"subscribe_presence": " "}, False),
        ({"contact": "10.0.0.9:5060"}, True),
        ({"contact": "sip:2001@PBX.example"}, True),
        ({"contact": "10.0.0.55:5060"}, False),
        ({}, False),
    ],
)
def test_a_phone_is_watched_where_presence_or_contact_says_so(options: dict[str, str], watched: bool) -> None:
    answer = routing(
        [with_options("2001", **options), with_options("2002", subscribe_presence="x")], [], WATCHED, CHAN_SIP, HERE
    )
    assert ("2001" in [hint.extension for hint in answer.hints]) is watched
    assert ("2001" in [one.name for one in answer.endpoints]) is watched
    assert "2002" in [hint.extension for hint in answer.hints]
    assert answer.warnings == ()


@pytest.mark.parametrize(("driver", "technology"), [("sip", "SIP"), ("pjsip", "PJSIP")])
def test_a_phone_of_sip_servers_is_dialled_there_and_has_no_hint(driver: str, technology: str) -> None:
    phones = [
        with_options("2001", subscribe_presence="Asterisk"),
        dn("1999"),
        with_options("2002", contact="10.0.0.55:5060"),
    ]
    answer = routing(phones, [dn("2400", 4)], WATCHED, driver_of(driver), HERE)
    assert dialplan(answer) == (
        "[GVMA_ROUTING]\n"
        f"exten => 2001,hint,{technology}/2001\n"
        f"exten => 2001,1,Dial({technology}/2001,60)\n"
        f"exten => 1999,1,Dial({technology}/${{EXTEN}}@gsip,60)\n"
        f"exten => 2002,1,Dial({technology}/${{EXTEN}}@gsip,60)\n"
        f"exten => 2400,1,Dial({technology}/${{EXTEN}}@gsip,30,r)\n"
        "exten => 2400,2,Hangup()\n"
        f"exten => _0.,1,Dial({technology}/${{EXTEN:1}}@gwsim,60)\n"
    )
    assert [one.name for one in answer.endpoints] == ["gwsim", "gsip", "2001"]


def test_a_site_where_nobody_is_watched_hears_of_it() -> None:
    answer = routing([dn("2001")], [], WATCHED, CHAN_SIP, HERE)
    assert [(one.code, one.where) for one in answer.warnings] == [
        ("routing-nobody-watched", "[gvma_settings] routing_dns")
    ]
    assert routing([], [dn("2400", 4)], WATCHED, CHAN_SIP, HERE).warnings == ()


def test_names_limits_and_prefix_come_from_the_settings() -> None:
    answer = made(
        "pjsip", phones="7", routing_phone_seconds=9, routing_service_seconds=8, routing_external_prefix="00",
        routing_sipserver_peer="g", routing_gateway_peer="w",
    )  # fmt: skip
    assert dialplan(answer, "R") == (
        "[R]\nexten => 7,hint,PJSIP/7\nexten => 7,1,Dial(PJSIP/7,9)\n"
        "exten => 2400,1,Dial(PJSIP/${EXTEN}@g,8,r)\nexten => 2400,2,Hangup()\n"
        "exten => _00.,1,Dial(PJSIP/${EXTEN:2}@w,9)\n"
    )


def test_without_routing_there_is_nothing() -> None:
    assert made(routing=False) == Routing()


def test_chan_sips_peers_are_the_manuals_and_have_no_secret() -> None:
    text = endpoints(made(phones="2001"))
    assert "[gwsim]\ntype=peer\nhost=10.0.0.2\nport=5066\ncontext=default\ncanreinvite=no\n" in text
    assert "[gsip]\ntype=peer\nusername=gsip\nhost=10.0.0.1\nport=5060\ncontext=default\ncanreinvite=no\n" in text
    assert "[2001]\ntype=friend\nusername=2001\nhost=dynamic\ncontext=default\nnotifyringing=yes\n" in text
    assert "secret" not in text


def test_pjsip_knows_gateway_and_sip_server_by_address_and_phones_by_name() -> None:
    answer = made("pjsip", phones="2001")
    text = endpoints(answer, "pjsip")
    assert "[gsip]\ntype=aor\ncontact=sip:10.0.0.1:5060\n[gsip]\ntype=identify\nendpoint=gsip\nmatch=10.0.0.1\n" in text
    assert "[gwsim]\ntype=identify\nendpoint=gwsim\nmatch=10.0.0.2\n" in text
    assert "[2001]\ntype=aor\nmax_contacts=1\nremove_existing=yes\n" in text
    assert answer.identified == ("10.0.0.1",)
    assert "auth" not in text


def test_gateway_and_sip_server_on_one_host_differ_by_port() -> None:
    text = endpoints(made("pjsip", routing_gateway_host="10.0.0.1"), "pjsip")
    assert "match=10.0.0.1:5060\n" in text
    assert "match=10.0.0.1:5066\n" in text
    assert "match=10.0.0.1\n" not in text


def test_a_pair_of_sip_servers_has_two_contacts_that_are_watched() -> None:
    text = endpoints(made("pjsip", siptserver_host="10.0.0.1,10.0.0.3"), "pjsip")
    assert "contact=sip:10.0.0.1:5060\ncontact=sip:10.0.0.3:5060\nqualify_frequency=30\n" in text


def test_an_address_that_the_site_identifies_is_not_identified_again() -> None:
    answer = made("pjsip", SiteRouting(identification=SiteIdentification({"10.0.0.1": Identified("genesys")})))
    assert "match=10.0.0.1" not in endpoints(answer, "pjsip")
    assert answer.identified == ()
    answer = made("pjsip", SiteRouting(gateway_identified=True))
    assert "match=10.0.0.2" not in endpoints(answer, "pjsip")
    assert "match=10.0.0.1\n" in endpoints(answer, "pjsip")


def test_sip_server_is_known_by_its_port_too_where_the_site_knows_others_at_its_address() -> None:
    answer = made("pjsip", SiteRouting(identification=SiteIdentification(shared=frozenset({"10.0.0.1"}))))
    assert "match=10.0.0.1:5060\n" in endpoints(answer, "pjsip")


def test_our_peer_of_chan_sip_has_the_context_of_the_sites_own() -> None:
    known = SiteIdentification({"10.0.0.1": Identified("tserver")}, peer_context="from-tserver")
    text = endpoints(made("sip", SiteRouting(identification=known)), "sip")
    assert "[gsip]\ntype=peer\nusername=gsip\nhost=10.0.0.1\nport=5060\ncontext=from-tserver\n" in text
    assert "[gwsim]\ntype=peer\nhost=10.0.0.2\nport=5066\ncontext=default\n" in text


def test_what_the_site_has_is_left_out_and_named() -> None:
    names = DialplanNames(extensions=frozenset({"2001", "2400", "_0."}), hints=frozenset({"2002"}))
    answer = made(site=SiteRouting(names, frozenset({"2001", "GSIP"})))
    assert dialplan(answer) == ("[GVMA_ROUTING]\nexten => 2001,hint,SIP/2001\nexten => 2002,1,Dial(SIP/2002,60)\n")
    assert "[gsip]" not in endpoints(answer)
    assert "[2001]" not in endpoints(answer)
    assert set(answer.left_out) == {
        "endpoint gsip", "endpoint 2001", "extension 2001", "hint 2002", "extension 2400", "extension _0.",
    }  # fmt: skip


@pytest.mark.parametrize(
    "number",
    [
        "_2XXX",
        "20,1",
        "2 0",
        "",
        "h",
        "s",
        "gvm-1",
        "general",
        "2;0",
        "2\n0",
        "${X}",
        "a@b",
        "gsip",
        "gwsim",
        "anonymous",
    ],
)
def test_a_number_that_means_something_to_asterisk_gets_nothing_and_a_warning(number: str) -> None:
    answer = routing([dn(number, 1, 7)], [], ON, CHAN_SIP)
    assert dialplan(answer) == "[GVMA_ROUTING]\nexten => _0.,1,Dial(SIP/${EXTEN:1}@gwsim,60)\n"
    assert [warning.code for warning in answer.warnings] == ["routing-number"]


def test_only_extensions_have_phones_and_only_routing_points_are_services() -> None:
    answer = routing([dn("14", 14), dn("2001")], [dn("5", 1), dn("2400", 4)], ON, CHAN_SIP)
    assert "exten => 14," not in dialplan(answer)
    assert "exten => 5," not in dialplan(answer)


def test_without_a_gateway_external_numbers_go_nowhere() -> None:
    answer = made(routing_gateway_host="")
    assert "_0." not in dialplan(answer)
    assert "gwsim" not in endpoints(answer)
    assert [warning.code for warning in answer.warnings] == ["routing-address"]


def test_register_mode_beside_an_address_that_is_identified_is_warned_of() -> None:
    assert [warning.code for warning in made("pjsip", mwi_mode="REGISTER").warnings] == ["register-and-identify"]


def test_numbers_that_differ_in_dashes_alone_are_one_number_to_asterisk() -> None:
    answer = made(phones="2-001 2001")
    assert dialplan(answer).count(",1,Dial(SIP/2") == 1
    assert [warning.code for warning in answer.warnings] == ["routing-number-twice"]
    own = made(
        phones="2001", site=SiteRouting(DialplanNames(extensions=frozenset({"20-01"}), hints=frozenset({"2-001"})))
    )
    assert set(own.left_out) == {"extension 2001", "hint 2001"}


def test_the_examples_of_the_page_are_what_is_written() -> None:
    page = (Path(__file__).parents[3] / "docs/routing.md").read_text("utf-8")
    written = ""
    for driver in ("sip", "pjsip"):
        answer = made(
            driver, phones="2001", siptserver_host="10.0.0.20", routing_gateway_host="10.0.0.30",
            routing_gateway_port=5060,
        )  # fmt: skip
        written += dialplan(answer) + endpoints(answer, driver)
    blocks = page.split("```\n")[1::2]
    shown = [block for block in blocks if any(word in block for word in ("exten =>", "type=aor", "type=peer"))]
    assert len(shown) == 4
    assert [block for block in shown if block not in written] == []
