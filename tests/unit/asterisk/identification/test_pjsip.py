"""Which endpoint of the site gets SIP Server's requests from PJSIP, by what Asterisk said and by the files."""

from __future__ import annotations

import pytest

from gvma.asterisk.identification.model import Identified, SipServer, SiteFiles, SiteIdentification
from gvma.asterisk.identification.pjsip import Identify, PjsipKnown, names_in, of_conf, of_files, of_site
from tests.unit.asterisk.identification import conf

SERVER = SipServer({"tserver.example": {"10.0.0.1"}}, 5060)
HOST = "tserver.example"
OURS = Identify("gvma-sipserver", ("10.0.0.1/32",))
HEADER = Identify("provider", of_requests=frozenset({"header"}))
ORDER = ("ip", "username", "anonymous", "auth_username", "header", "request_uri")


def site(known: PjsipKnown | None, text: bytes = b"", *, written: bool = False) -> SiteIdentification:
    return of_site(known, of_conf(conf(text)), SERVER, own={"gvma-sipserver"}, context="default", written=written)


def known(*identifies: Identify, **more: object) -> PjsipKnown:
    return PjsipKnown(ORDER, identifies)._replace(**more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "identified"),
    [
        (known(), None),
        (known(Identify("a", ("10.0.0.1/32",))), Identified("a")),
        (known(Identify("a", ("10.0.0.0/8",))), Identified("a")),
        (known(Identify("a", ("10.0.0.1:5060/32",))), Identified("a")),
        (known(Identify("a", ("10.0.0.1:5070/32",))), None),
        (known(Identify("a", ("10.0.0.2/32",))), None),
        (known(HEADER), Identified("provider", "request")),
        (known(HEADER, order=("header", "ip", "username", "anonymous")), None),
        (known(HEADER, Identify("a", ("10.0.0.1/32",))), Identified("a")),
        (known(Identify("uri", of_requests=frozenset({"request_uri"}))), Identified("uri", "request")),
        (known(anonymous=("anonymous",)), Identified("anonymous", "anonymous")),
        (known(anonymous=("anonymous",), order=("ip", "username")), None),
        (known(numbers={"2001": "phones"}), Identified("2001", "number")),
        (known(numbers={"2001": "default"}), None),
        (known(numbers={"2001": "phones"}, order=("username", "ip", "anonymous")), None),
    ],
)
def test_asterisk_says_who_gets_the_requests(asked: PjsipKnown, identified: Identified | None) -> None:
    found = site(asked)
    assert (found.identified, found.beside) == ({HOST: identified} if identified else {}, {})


def test_our_own_endpoint_is_nobody_else() -> None:
    assert site(known(OURS)) == SiteIdentification()


@pytest.mark.parametrize("asked", [known(OURS, HEADER), known(OURS, anonymous=("anonymous",))])
def test_where_asterisk_knows_ours_by_the_address_nobody_else_gets_the_requests_without_a_new_way(
    asked: PjsipKnown,
) -> None:
    found = site(asked)
    assert found.identified == {}
    assert list(found.beside) == [HOST]


def test_a_site_that_identifies_the_address_beside_ours_has_it() -> None:
    assert site(known(OURS, Identify("tserver", ("10.0.0.1/32",)))).identified == {HOST: Identified("tserver")}


def test_an_address_that_others_have_on_another_port_is_shared() -> None:
    assert site(known(Identify("gateway", ("10.0.0.1:5070/32",)))).shared == {HOST}
    assert site(known(Identify("gateway", ("10.0.0.2:5070/32",)))).shared == frozenset()


def test_what_the_files_say_counts_before_asterisk_has_loaded_it() -> None:
    text = b"[new]\ntype=identify\nendpoint=new\nmatch=10.0.0.1\n"
    assert site(known(), text).identified == {HOST: Identified("new")}


@pytest.mark.parametrize(
    ("text", "identified"),
    [
        (b"", None),
        (b"[a]\ntype=identify\nendpoint=a\nmatch=10.0.0.2,10.0.0.1 ; the pair's first\n", Identified("a")),
        (b"[a](!)\ntype=identify\nmatch=10.0.0.1\n[b](a)\nendpoint=b\n", Identified("b")),
        (b";[a]\n;type=identify\n;match=10.0.0.1\n", None),
        (b"[a]\ntype=identify\nendpoint=a\nmatch=TServer.example\n", Identified("a")),
        (b"[a]\ntype=identify\nendpoint=a\nmatch_header=X: y\n", Identified("a", "request")),
        (
            b"[a]\ntype=identify\nendpoint=a\nmatch_header=X: y\n"
            b"[global]\ntype=global\nendpoint_identifier_order=header,ip,username,anonymous\n",
            None,
        ),
        (b"[anonymous]\ntype=endpoint\ncontext=guests\n", Identified("anonymous", "anonymous")),
        (b"[anonymous]\ntype=aor\n", None),
        (b"[2001]\ntype=endpoint\ncontext=phones\n", Identified("2001", "number")),
        (b"[2001]\ntype=endpoint\ncontext=phones\nauth=2001\n", None),
        (b"[2001]\ntype=endpoint\ncontext=phones\nidentify_by=ip\n", None),
        (b"[trunk]\ntype=endpoint\ncontext=phones\n", None),
    ],
)
def test_files_alone_say_who_would_get_them(text: bytes, identified: Identified | None) -> None:
    assert site(None, text).identified == ({HOST: identified} if identified else {})


OPEN = b"[tserver]\ntype=endpoint\ncontext=siteB\n"


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        (OPEN, True),
        (OPEN + b"identify_by=ip\n", False),
        (OPEN + b"auth=tserver\n", False),
        (OPEN + b"outbound_auth=provider\n", False),
        (OPEN + b"context=default\n", False),
        (OPEN + b"[i]\ntype=identify\nendpoint=tserver\nmatch=10.0.0.9\n", False),
        (OPEN + b"[global]\ntype=global\nendpoint_identifier_order=ip,anonymous\n", True),  # the others come last
        (b"[gvm-1000]\ntype=endpoint\ncontext=GVMA\n", False),
    ],
)
@pytest.mark.parametrize("asked", [None, known(), known(OURS)])
def test_ours_comes_before_an_endpoint_that_from_alone_names_and_that_is_said(
    asked: PjsipKnown | None, text: bytes, beside: bool
) -> None:
    found = site(asked, text)
    assert found.identified == {}
    assert found.beside == ({HOST: Identified("tserver", "user")} if beside else {})


def test_asterisk_says_which_endpoints_from_alone_names() -> None:
    assert site(known(users={"tserver": "siteB"})).beside == {HOST: Identified("tserver", "user")}
    assert site(known(users={"gvma-sipserver": "siteB"})).beside == {}


def test_without_asterisk_what_stands_in_our_block_stays() -> None:
    text = b"[anonymous]\ntype=endpoint\ncontext=guests\n"
    found = site(None, text, written=True)
    assert (found.identified, list(found.beside)) == ({}, [HOST])


@pytest.mark.parametrize(
    ("wizard", "identified"),
    [
        (b"[a]\ntype=wizard\nremote_hosts=10.0.0.7,10.0.0.1:5060\nendpoint/context=x\n", True),
        (b"[a]\ntype=wizard\nremote_hosts=10.0.0.1:5070\n", False),
        (b"[a]\ntype=wizard\nremote_hosts=10.0.0.9\nidentify/match=10.0.0.1\n", True),
        (b"[a](!)\ntype=wizard\nremote_hosts=10.0.0.1\n", False),
        (b"[a]\nremote_hosts=10.0.0.1\n", False),
    ],
)
def test_a_wizard_identifies_its_remote_hosts(wizard: bytes, identified: bool) -> None:
    files = of_files(SiteFiles(wizards=conf(wizard)))
    found = of_site(None, files, SERVER, own=(), context="default", written=False)
    assert found.identified == ({HOST: Identified("a")} if identified else {})


def test_a_name_in_the_files_is_the_addresses_that_it_has() -> None:
    text = b"[a]\ntype=identify\nendpoint=a\nmatch=Switch.example,10.0.0.9\n"
    assert names_in(of_conf(conf(text))) == {"switch.example"}
    server = SERVER._replace(names={"switch.example": {"10.0.0.1"}})
    found = of_site(None, of_conf(conf(text)), server, own=(), context="default", written=False)
    assert found.identified == {HOST: Identified("a")}


def test_of_a_pair_each_is_looked_at_by_itself() -> None:
    pair = SipServer({"10.0.0.1": {"10.0.0.1"}, "10.0.0.2": {"10.0.0.2"}}, 5060)
    asked = known(Identify("a", ("10.0.0.2/32",)))
    found = of_site(asked, PjsipKnown(), pair, own=(), context="default", written=False)
    assert found.identified == {"10.0.0.2": Identified("a")}


def test_the_settings_decide_where_they_say_so() -> None:
    auto = SiteIdentification({HOST: Identified("a")}, shared=frozenset({HOST}))
    assert auto.as_set("auto", [HOST]) == auto
    assert auto.as_set("ours", [HOST]) == SiteIdentification(shared=frozenset({HOST}))
    assert auto.as_set("site", [HOST, "10.0.0.2"]).identified == {
        HOST: Identified("", "setting"),
        "10.0.0.2": Identified("", "setting"),
    }
