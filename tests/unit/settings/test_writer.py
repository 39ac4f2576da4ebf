"""The text that `gvma config init` writes."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gvma.settings.file import writer
from gvma.settings.file.source import parse_source

ANYWHERE = Path("/site/gvma_asterisk76.cfg")


SOME_LINES = st.lists(
    st.sampled_from(
        [
            "[cfgserver]",
            "[gvma_settings]",
            "[media]",
            "[other]",
            "",
            "  # a comment",
            "#dnquery = x",
            "host = a",
            "  port=1",
            "routing = yes",
            "allow = ::1",
            "; old",
        ]
    ),
    max_size=12,
)


@given(SOME_LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_stood_there_stands_there_in_order_and_means_the_same(
    lines: list[str], line_end: str, ended: bool
) -> None:
    text = line_end.join(lines) + (line_end if ended and lines else "")
    source = parse_source(ANYWHERE, text.encode())
    completed, _ = writer.completed(source)
    new = iter(completed.replace("\r", "").split("\n"))
    assert all(line in new for line in text.replace("\r", "").split("\n"))
    again = parse_source(ANYWHERE, completed.encode())
    assert [(e.section, e.key, e.value) for e in again.entries] == [(e.section, e.key, e.value) for e in source.entries]
    assert len(again.problems) == len(source.problems)
    assert writer.completed(again) == (completed, ())


def test_the_comment_above_a_section_stays_with_it() -> None:
    text = "[cfgserver]\nhost=a\n# the media server\n[media]\nmax_calls=1\n"
    completed, _ = writer.completed(parse_source(ANYWHERE, text.encode()))
    assert "\n# the media server\n[media]\n" in completed
