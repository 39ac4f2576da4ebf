"""Builds the pages of this tree as a static site: ``make site``.

The pages are those that a clone shows (CommonMark with tables), so MyST reads them as they are, and every link between
them is followed: a link that leads nowhere ends the build. Nothing on the site is loaded from elsewhere.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

TREE = Path(__file__).resolve().parents[2]

project = "gvma"
copyright = "the authors of gvma"
release = re.findall(r'__version__ = "(.*)"', (TREE / "gvma/__init__.py").read_text("utf-8"))[0]
html_title = f"gvma {release}"
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = ["*.md", "docs/**.md"]
exclude_patterns = [".*", "build", "dist", "gvma", "tests"]
myst_heading_anchors = 4
highlight_language = "none"
smartquotes = False
html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_extra_path = ["front"]

CONTENTS = {
    "Begin": [
        "docs/first-hour",
        "docs/containers",
        "docs/freepbx",
        "docs/voicemail",
        "docs/agents",
        "docs/uninstalling",
    ],
    "Run": ["docs/settings", "docs/commands/README", "docs/checks", "docs/no-lamp", "docs/alerts", "docs/performance"],
    "Media and routing": ["docs/media", "docs/routing", "docs/dialplan"],
    "More than one": ["docs/several-hosts", "docs/many-hosts", "docs/two-switches"],
    "Come from": ["docs/manual", "docs/upgrade-16-to-22", "docs/upgrade-1.0-to-1.1", "CHANGELOG"],
    "Change gvma": ["CONTRIBUTING", "docs/architecture", "docs/glossary"],
}
"""Chapters of the navigation with their pages. A page that no chapter has ends the build."""


def with_contents(app: Any, page: str, source: list[str]) -> None:
    """Put the navigation into the front page, and the commands' into theirs. source: a list of one text."""
    if page == root_doc:
        source[0] += "".join(_tree(chapter, pages) for chapter, pages in CONTENTS.items())
    elif page == "docs/commands/README":
        commands = (path.stem for path in sorted((TREE / "docs/commands").glob("*.md")))
        source[0] += _tree("", [name for name in commands if name != "README"])


def _tree(chapter: str, pages: list[str]) -> str:
    options = [":hidden:", *([f":caption: {chapter}"] if chapter else [])]
    inside = [*options, "", *(f"/{page}" if chapter else page for page in pages)]
    return "\n```{toctree}\n" + "\n".join(inside) + "\n```\n"


def setup(app: Any) -> None:
    """Sphinx calls this."""
    app.connect("source-read", with_contents)
