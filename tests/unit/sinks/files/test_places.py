"""On which line a mailbox or an object stands: in our block, in the site's part, in a file that is included."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.asterisk.drivers import CHAN_SIP, PJSIP, Driver
from gvma.plan.present import Place
from gvma.sinks.files.sink import FilesSink
from tests.unit.evidence.site import settings as settings_of

BLOCK = ";$---GVMA-BEGIN-GVMA---$\n{body};$---GVMA-END-GVMA---$\n;\n"
VOICEMAIL = (
    "[general]\n1000 => 9,Not a mailbox\n#include more.conf\n[site]\n 1000 = 1,Porter\n"
    + BLOCK.format(body="[GVMA_DN]\n1000 => 1,Ann,,,\n10.0 => 1,Dot,,,\n[GVMA_AGENT]\n1000 => 2,Bob,,,\n")
    + "[after]\n7 => 1,Last,,,\n"
)
CHANNEL = "[general]\n" + BLOCK.format(body="[gvm-1000]\nx=y\n[gvm-a-1000]\nx=y\n") + "[gvm-Site]\nx=y\n"


def places(folder: Path, driver: Driver, kind: str, *names: str) -> list[Place | None]:
    files = {
        "voicemail.conf": VOICEMAIL,
        "sip.conf": CHANNEL,
        "pjsip.conf": CHANNEL,
        "extensions.conf": "",
        "more.conf": "[shop]\n5 => 1,Shop,,,\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    reading = FilesSink(settings_of(folder), driver).read()
    return [reading.place_of(kind, name) for name in names]


def test_a_mailbox_is_found_in_its_own_context_alone(tmp_path: Path) -> None:
    names = ("1000@GVMA_DN", "1000@GVMA_AGENT", "1000@site", "7@after", "10.0@GVMA_DN", "5@shop", "1010@GVMA_DN")
    found = places(tmp_path, PJSIP, "mailbox", *names)
    file = str(tmp_path / "voicemail.conf")
    assert found == [
        *(Place(file, line) for line in (8, 11, 5, 15, 9)),
        Place(str(tmp_path / "more.conf"), 2),
        None,
    ]


@pytest.mark.parametrize(("driver", "found"), [(PJSIP, None), (CHAN_SIP, 9)])
def test_an_object_is_found_as_the_driver_compares_names(tmp_path: Path, driver: Driver, found: int | None) -> None:
    places_found = places(tmp_path, driver, "subscription", "gvm-a-1000", "gvm-site", "gvm-100")
    file = str(driver.path(settings_of(tmp_path)))
    assert places_found == [Place(file, 5), None if found is None else Place(file, found), None]
