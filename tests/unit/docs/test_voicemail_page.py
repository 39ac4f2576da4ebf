"""Every example of docs/voicemail.md: its objects, through gvma's rules, give what the page says, and nothing else."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gvma.asterisk.drivers import DRIVERS
from gvma.asterisk.mailbox_options import KNOWN
from gvma.asterisk.voicemail import render_voicemail
from gvma.check.switch.mwi import check_mwi
from gvma.check.switch.trunks import check_trunks
from gvma.check.voicemail import no_answer
from gvma.configserver.objects import ConfigObject, DnType
from gvma.evidence.model import SipAddresses
from gvma.mailboxes import Desired, desired
from gvma.mailboxes.claims import GVM_OPTIONS
from gvma.settings.model import GvmaSettings
from tests.unit.check.objects import evidence

PAGE = (Path(__file__).parents[3] / "docs/voicemail.md").read_text("utf-8")
SETTINGS = GvmaSettings(siptserver_host="10.0.0.20")
ASTERISK = SipAddresses(frozenset({"10.0.0.30"}), frozenset({5060}))
KINDS = {
    "DN": ("dnquery", "CfgDN", DnType.EXTENSION),
    "Trunk": ("trunkquery", "CfgDN", DnType.TRUNK),
    "Agent Login": ("agentquery", "CfgAgentLogin", None),
    "Agent Group": ("agentgroupquery", "CfgAgentGroup", None),
    "SIP Server Application": ("applicationquery", "CfgApplication", None),
}
CHECKS = (check_mwi, check_trunks, *no_answer.CHECKS)
_OBJECT = re.compile(rf"({'|'.join(KINDS)}) (\S+)")
_FENCE = re.compile(r"^```\n(.*?)^```", re.DOTALL | re.MULTILINE)


@dataclass
class Example:
    """objects: by the query that selects them. texts: what stands below each ``; FILE`` line. found: codes, sorted."""

    objects: dict[str, list[ConfigObject]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)


def read(block: str) -> Example:
    """The example as a reader sees it: objects with their options, then what they give."""
    example = Example()
    options: dict[str, str] = {}
    below: list[str] = []
    for line in block.splitlines():
        if named := _OBJECT.fullmatch(line):
            query, element, kind = KINDS[named[1]]
            options = {}
            rows = example.objects.setdefault(query, [])
            rows.append(ConfigObject(element, len(rows) + 1, named[2], kind, options=options))
        elif line.startswith("    "):
            name, _, value = line.strip().partition(" = ")
            options[name] = value
        elif line.startswith("; check finds "):
            example.found += [line.rpartition(" ")[2]]
        elif line.startswith("; warning "):
            example.warnings.append(line.rpartition(" ")[2])
        elif line.startswith("; "):
            below = example.texts.setdefault(line[2:], [])
        else:
            below.append(line)
    return example


BLOCKS = [block for block in _FENCE.findall(PAGE) if _OBJECT.match(block)]
MAILBOX_BLOCKS = [block for block in BLOCKS if "; voicemail.conf" in block]
CHECK_BLOCKS = [block for block in BLOCKS if "; check finds" in block]


def asked(example: Example) -> Desired:
    mailbox_queries = ("dnquery", "agentquery", "agentgroupquery")
    objects = (example.objects.get(query, []) for query in mailbox_queries)
    return desired(*objects, main_extension=SETTINGS.vm_voicemail_main_ext)


def without_comments(text: bytes) -> list[str]:
    """The lines, without contexts that hold nothing."""
    lines = [line for line in text.decode().splitlines() if not line.startswith(";")]
    pairs = itertools.pairwise([*lines, "["])
    return [line for line, following in pairs if not (line.startswith("[") and following.startswith("["))]


def test_the_page_has_examples_and_each_says_what_it_gives() -> None:
    assert len(MAILBOX_BLOCKS) > 10
    assert len(CHECK_BLOCKS) > 3
    assert len(MAILBOX_BLOCKS) + len(CHECK_BLOCKS) == len(BLOCKS)


@pytest.mark.parametrize("block", MAILBOX_BLOCKS)
def test_the_objects_of_an_example_give_the_lines_that_stand_below_them(block: str) -> None:
    example = read(block)
    wanted = asked(example)
    assert without_comments(render_voicemail(wanted.mailboxes, "")) == example.texts["voicemail.conf"]
    for driver in DRIVERS:
        if driver.main_file in example.texts:
            rendered = driver.render(wanted.subscriptions, (), SETTINGS, "")
            assert without_comments(rendered) == example.texts[driver.main_file]
    assert len(example.texts) == 2
    assert [warning.code for warning in wanted.warnings] == example.warnings


@pytest.mark.parametrize("block", CHECK_BLOCKS)
def test_check_finds_in_an_example_what_the_page_says(block: str) -> None:
    example = read(block)
    seen = evidence(SETTINGS, **example.objects)._replace(sip=ASTERISK)
    found = sorted(finding.code for rule in CHECKS for finding in rule(seen))
    assert (found or ["nothing"]) == sorted(example.found)


def test_the_table_of_options_names_every_gvm_option() -> None:
    table = PAGE.partition("## The eight options")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(gvm_\w+)`", table, re.MULTILINE)) == GVM_OPTIONS


def test_the_table_of_mailbox_options_names_every_option_that_asterisk_takes() -> None:
    table = PAGE.partition("| options | value | meaning |")[2].partition("\n\n")[0]
    first_columns = " ".join(row.split(" | ")[0] for row in table.splitlines())
    assert set(re.findall(r"`(\w+)`", first_columns)) == KNOWN
