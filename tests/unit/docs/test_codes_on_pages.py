"""Every code of a finding or warning, and every option of SIP Server, that a page names is one that gvma knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = [*(ROOT / "gvma").rglob("*.py"), *(ROOT / "gvma").rglob("*.json")]
KNOWN = {name for path in SOURCES for name in re.findall(r'"([a-z]+(?:-[a-z]+)+)"', path.read_text("utf-8"))}
OTHERS = {"agi-bin", "systemd-run", "etc-asterisk", "node-files"}
"""Names of that form that are neither: a folder of Asterisk's, a command of systemd's, a volume and a service of
docs/containers.md."""


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_code_that_a_page_names_is_known(page: Path) -> None:
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", page.read_text("utf-8")))
    assert sorted(named - KNOWN - OTHERS) == []
