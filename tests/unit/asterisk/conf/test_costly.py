"""Files that somebody has made to cost time or memory: the work grows as the file does, or the reading stops.

Where it grew with the square of the size, each of these would take minutes to hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from gvma.asterisk.conf.model import Conf
from gvma.asterisk.conf.reader import read_conf
from gvma.asterisk.drivers import PJSIP
from gvma.asterisk.managed_block.block import find_block
from gvma.errors import UnsafeTargetError

pytestmark = pytest.mark.timeout(60)
BEGIN, END = b";$---GVMA-BEGIN-GVMA---$", b";$---GVMA-END-GVMA---$"


def conf(text: bytes) -> Conf:
    return read_conf("main.conf", lambda name: [(name, text)] if name == "main.conf" else [])


@pytest.mark.parametrize(
    ("work", "text"),
    [
        (conf, b"\n" * 400_000),
        (conf, b"[a]\nkey=" + rb"\;" * 2_000_000),
        (conf, b"[a]\n" + b"#include gone\n" * 200_000),
        (PJSIP.read_endpoints, b"[a]\nx=1\n" * 150_000),
        (PJSIP.read_subscriptions, b"[gvm-1]\nmailboxes=1@x\n" * 150_000),
    ],
    ids=["empty lines", "escapes", "includes", "one endpoint", "one subscription"],
)
def test_the_work_grows_as_the_file_does(work: Callable[[bytes], object], text: bytes) -> None:
    work(text)


def test_a_marker_that_stands_a_hundred_thousand_times_is_refused_with_its_first_lines() -> None:
    with pytest.raises(UnsafeTargetError) as raised:
        find_block((BEGIN + b"\n") * 100_000, BEGIN, END)
    assert raised.value.message == "the begin marker stands 100000 times, first on lines 1, 2, 3, 4 and 5."


def test_templates_that_are_based_on_each_other_twice_come_to_an_end() -> None:
    nested = b"".join(b"[t%d](!,t%d,t%d)\n" % (level, level - 1, level - 1) for level in range(1, 60))
    found = conf(b"[t0](!)\nkey=1\n" + nested + b"[end]\n")
    assert found.cut is not None
    # 2 + 4 + 8 + ... + 2 ** 21 are more than three million.
    assert (found.cut.kind, found.cut.target, found.cut.problem) == ("section", "[t21]", "limit")
    assert "end" not in {section.name for section in found.sections}


def test_files_of_one_include_are_read_one_by_one_until_there_are_too_many() -> None:
    read: list[int] = []

    def files(name: str) -> Iterator[tuple[str, bytes]]:
        if name == "main.conf":
            yield name, b"[a]\n#include d/*\n[b]\n"
        else:
            for number in range(20_000):
                read.append(number)
                yield f"d/{number}", b"x=1\n"

    found = read_conf("main.conf", files)
    assert found.cut is not None
    assert found.cut.target == "d/*"
    assert len(read) == 10_000 + 1


def test_a_section_that_is_based_on_a_large_template_many_times_comes_to_an_end() -> None:
    found = conf(b"[t](!)\n" + b"key=1\n" * 2_000_000 + b"[x](" + b"t," * 100_000 + b")\n[end]\n")
    assert found.cut is not None
    assert found.cut.target == "[x]"
