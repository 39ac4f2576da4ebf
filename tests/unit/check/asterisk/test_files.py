"""What Asterisk cannot read in its own files, found where it is and not where all is well."""

from __future__ import annotations

import pytest

from gvma.asterisk.conf.reader import read_conf
from gvma.asterisk.drivers import CHAN_SIP, PJSIP, Driver
from gvma.check.asterisk.files import check_files, check_mailboxes_twice, check_read_elsewhere, check_secrets
from gvma.evidence.model import AmiEvidence, Evidence, FilesEvidence
from gvma.settings import GvmaSettings, Settings
from tests.unit.check.objects import MARKERS, block, conf, dn, evidence, files

ROUTED = GvmaSettings(routing=True)


def found(text: str, **others: str) -> list[str]:
    seen = Evidence(Settings(), files=FilesEvidence(dialplan=conf(text, **others)))
    return [finding.code for finding in check_files(seen)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[default]\n#include more_conf\n", ["file-include"]),
        ("[default]\n#include main.conf\n", ["file-include"]),
        ("[default]\n#tryinclude more.conf\n", []),
        ('[default]\n#include "*.d/x"\n', ["file-include"]),
        ('[default]\n#tryinclude "*.d/x"\n', []),
        ("[default]\n#exec /bin/date\n", ["file-exec"]),
        (";--\n#include more_conf\n--;\n[default]\n", []),
        ("[default]\nexten => 1,1,NoOp(#include x)\n", []),
    ],
)
def test_an_include_that_asterisk_cannot_follow(text: str, code: list[str]) -> None:
    assert found(text) == code


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x=1\n[a]\n", 1),
        ("garbage\n[a]\n", 1),
        ("[a]\n[oops\n", 2),
        ("[x]\n[a](x\n", 2),
        ("[x]\r\n[oops ; ]\r\n", 2),
        ("[a](nobase)\n", 1),
        ("[a](a)\n", 1),
        ("[a]\n[b](+)\n", 2),
        ("[a](!)\n[a](+)\n", 2),
        ("[a]\ngarbage\n[] junk\n#foo bar\n", 0),
        ("[T](!)\n[a](t)\n[A](+)\nx=1\n", 0),
        ("#exec /bin/templates\n[a](nobase)\n", 0),
        ("; [oops\n;--\n[oops\n--;\n[a]\n", 0),
        ("", 0),
    ],
)
def test_a_line_for_which_asterisk_throws_the_file_away(text: str, line: int) -> None:
    """As pbx_config of Asterisk 16 and 22 took or refused them."""
    seen = Evidence(Settings(), files=FilesEvidence(dialplan=conf(text)))
    found = [(finding.code, finding.where) for finding in check_files(seen) if finding.code != "file-exec"]
    assert found == [("file-refused", f"main.conf, line {line}")] * bool(line)


def test_a_cycle_over_two_files_ends_and_is_named() -> None:
    assert found("#include a.conf\n", a_conf="#include main.conf\n") == ["file-include"]


def test_a_file_that_is_not_there_is_said() -> None:
    seen = Evidence(Settings(), files=FilesEvidence(voicemail=read_conf("voicemail.conf", lambda name: [], MARKERS)))
    assert [finding.code for finding in check_files(seen)] == ["file-missing"]


@pytest.mark.parametrize(
    ("driver", "text", "wrong"),
    [
        (CHAN_SIP, "[2001]\nsecret=x\n", True),
        (CHAN_SIP, "[2001]\nmd5secret=x\n", True),
        (CHAN_SIP, "[2001]\nsecret=\n", False),
        (CHAN_SIP, "[2009]\nsecret=x\n", False),
        (CHAN_SIP, "[gvm-1000]\nsecret=x\n", True),
        (CHAN_SIP, "[gsip]\nsecret=x\n", True),
        (PJSIP, "[2001]\ntype=endpoint\nauth=2001\n", True),
        (PJSIP, "[2001]\ntype=endpoint\n", False),
    ],
)
def test_a_phone_that_asterisk_challenges(driver: Driver, text: str, wrong: bool) -> None:
    seen = evidence(ROUTED, dnquery=[dn("2001")])._replace(files=files(channel=text), driver=driver)
    found = [finding.code for finding in check_secrets(seen)]
    assert found == (["endpoint-secret"] if wrong else [])


def test_a_secret_that_a_phone_inherits_counts() -> None:
    text = "[phone](!)\ntype=friend\nsecret=x\n[2001](phone)\n"
    seen = evidence(ROUTED, dnquery=[dn("2001")])._replace(files=files(channel=text), driver=CHAN_SIP)
    assert [finding.message for finding in check_secrets(seen)] == ["[2001] has secret"]
    profile = seen._replace(settings=Settings(gvma=GvmaSettings(switch_profile=("asterisk",))))
    assert len(list(check_secrets(profile))) == 1
    other = seen._replace(settings=Settings(gvma=GvmaSettings(switch_profile=("broadworks",))))
    assert list(check_secrets(other)) == []


ENDPOINT = "[gsip]\ntype=endpoint\nmailboxes=1000@GVMA_DN\n"


AOR = "[gvm-1000]\ntype=aor\nmailboxes=1000@GVMA_DN\n"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (ENDPOINT + AOR, True),
        (ENDPOINT.replace("1000@", "5@GVMA, 1000@") + AOR, True),
        (ENDPOINT, False),
        (AOR, False),
        (ENDPOINT.replace("1000", "1001") + AOR, False),
        (ENDPOINT + "mwi_subscribe_replaces_unsolicited=yes\n" + AOR, False),
        # A phone with a lamp of its own is well; one that may subscribe to its own AOR for it is not.
        (ENDPOINT.replace("gsip", "2001") + AOR, False),
        (ENDPOINT.replace("gsip", "2001") + "aors=other, 2001\n" + AOR.replace("gvm-1000", "2001"), True),
        ("[gsip]\ntype=endpoint\n" + AOR + "[gsip](+)\nmailboxes=1000@GVMA_DN\n", True),
    ],
)
def test_one_box_on_endpoint_and_aor(text: str, wrong: bool) -> None:
    """Asterisk 22 answers 500 to the endpoint that has the box itself, and to nobody else."""
    seen = Evidence(Settings(), files=files(channel=text))
    assert [finding.code for finding in check_mailboxes_twice(seen)] == ["pjsip-mailboxes-twice"] * wrong


def test_a_sync_into_what_asterisk_does_not_read_is_found() -> None:
    others = (("asterisk_cfg_path", "/etc/asterisk", "/opt/asterisk/etc"),)
    assert codes_of(Evidence(Settings(), ami=AmiEvidence(other_folders=others))) == ["asterisk-other-folder"]
    assert codes_of(Evidence(Settings(), files=FilesEvidence(mounted=("pjsip.conf",)))) == ["file-mounted"]
    assert codes_of(Evidence(Settings(), ami=AmiEvidence())) == []


@pytest.mark.parametrize(
    ("text", "elsewhere", "found"),
    [
        ("", "aor", True),
        ("", "endpoint", False),
        (block("[gvma-sipserver]\ntype=endpoint\n"), "endpoint", True),
        ("[site]\ntype=endpoint\n", "endpoint", False),
    ],
)
def test_what_sorcery_maps_counts_where_our_block_has_it(text: str, elsewhere: str, found: bool) -> None:
    seen = Evidence(Settings(), files=files(channel=text)._replace(elsewhere=((elsewhere, "realtime,ps_x"),)))
    assert codes_of(seen) == ["sorcery-elsewhere"] * found
    assert codes_of(seen._replace(driver=CHAN_SIP)) == []


def codes_of(seen: Evidence) -> list[str]:
    return [finding.code for finding in check_read_elsewhere(seen)]
