"""What the pages ask of a site."""

from __future__ import annotations

from pathlib import Path

from gvma.web.questions import ask_glance
from tests.harness.command import in_this_process
from tests.harness.layer import Layer
from tests.harness.site import Site


def test_mailboxes_are_listed_in_the_order_of_their_numbers_wherever_they_stand(tmp_path: Path) -> None:
    layer = Layer(dns={"200": {}, "1000": {}, "1001": {}}, agents={"5": {"gvm_mailbox": "5"}})
    site = Site(tmp_path, layer, run=in_this_process)
    site.settings["asterisk_cm_port"] = 1
    site.sync()
    first, second = (
        next(line for line in site.text("voicemail.conf").split("\n") if line[:4] == box) for box in ("200 ", "1000")
    )
    site.replace("voicemail.conf", f"{first}\n{second}\n", f"{second}\n{first}\n")
    assert [row.mailbox for row in ask_glance(site.config).rows] == [
        "200@GVMA_DN",
        "1000@GVMA_DN",
        "1001@GVMA_DN",
        "5@GVMA_AGENT",
    ]
