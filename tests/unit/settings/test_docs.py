"""docs/settings.md names every key, its default and its meaning."""

from __future__ import annotations

import re
from pathlib import Path

from gvma.settings import Secret
from gvma.settings.keys import KEYS, SECTIONS, shown

PAGE = Path(__file__).parents[3] / "docs" / "settings.md"


def test_the_page_has_one_row_for_each_key_in_its_section() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for section in SECTIONS:
        part = text.partition(f"\n## [{section}]\n")[2].partition("\n## ")[0]
        rows = re.findall(r"^\| `(\w+)` \| (\S.*?) \| (.+) \|$", part, re.MULTILINE)
        expected = []
        for key in KEYS:
            if key.section == section:
                default = key.default.reveal() if isinstance(key.default, Secret) else shown(key.default)
                default = "./gvma_backup" if key.name == "backup_path" else default
                expected.append((key.name, f"`{default}`" if default else "-", key.meaning))
        assert rows == expected
