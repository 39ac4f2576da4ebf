"""The PIN test: a PIN that its owner chose by phone survives every sync, and an administrator's reset wins.

On a real Asterisk, whose app_voicemail rewrites voicemail.conf (or secret.conf) by itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.harness.layer import Layer
from tests.harness.media_dialplan import PJSIP
from tests.harness.servers.asterisk_fixtures import StartAsterisk, StartTelephone
from tests.soak.phone import EXTENSIONS, Phone
from tests.soak.site import WatchedSite, watched_site
from tests.useragent import UserAgent

# One and two keys are pressed sooner than four.
BOX, KEY = "7", "7@GVMA_DN"
SPOOLDIR = "passwordlocation=spooldir\n"
_VOICEMAIL = "; the site's own\n[general]\nformat=wav\n{more}[site]\n70=>1111,Own box,,,   ; by hand\n"


def files(more: str = "") -> dict[str, str]:
    """Asterisk's files before gvma. more: lines of voicemail.conf's [general]."""
    return {"voicemail.conf": _VOICEMAIL.replace("{more}", more), "extensions.conf": EXTENSIONS, "pjsip.conf": PJSIP}


class Owner:
    """A site with a real Asterisk, and the owner of box 7 with a telephone.

    in_spool: Asterisk keeps PINs there. raced: how often a sync found the file rewritten under its hands.
    """

    def __init__(self, site: WatchedSite, agent: UserAgent, *, in_spool: bool) -> None:
        self.site, self.asterisk, self.in_spool = site, site.asterisk, in_spool
        self.log = site.folder / "gvma.log"
        site.settings |= {"routing": "no", "log_file": self.log}
        self.asterisk.shorten_prompts()
        self.phone = Phone(self.asterisk, agent)

    @property
    def raced(self) -> int:
        return self.log.read_text().count("planning anew")

    def sync(self, boxes: int, *more: str, **options: str) -> str:
        """A sync with so many DNs beside 7, which has these options; what it said on stdout."""
        done = self.site.run_sync(self.export(boxes, **options), *more)
        assert done.status == 0, done
        return done.stdout

    def export(self, boxes: int, **options: str) -> Path:
        dns = {BOX: options, **{str(2_000 + number): {} for number in range(boxes)}}
        return self.site.export("export.xml", Layer(dns))


StartOwner = Callable[..., Owner]


@pytest.fixture
def start_owner(
    tmp_path_factory: pytest.TempPathFactory, start_asterisk: StartAsterisk, start_telephone: StartTelephone
) -> Iterator[StartOwner]:
    """``start_owner(22, SPOOLDIR)``: version, and what stands in [general]; gone after the test."""
    with ExitStack() as stack:

        def start(version: int, more: str = "") -> Owner:
            asterisk = start_asterisk(version, files(more))
            site = stack.enter_context(watched_site(tmp_path_factory.mktemp("owner"), asterisk))
            return Owner(site, start_telephone(asterisk), in_spool=more == SPOOLDIR)

        yield start


def at_once(experiment: Callable[[Owner], None], owners: Sequence[Owner]) -> None:
    """The same with each of the owners, at the same time: a telephone waits most of its time."""
    with ThreadPoolExecutor(len(owners)) as pool:
        for done in [pool.submit(experiment, owner) for owner in owners]:
            done.result()


def a_pin_changed_by_phone_stays_until_the_administrator_resets_it(owner: Owner) -> None:
    """The whole story of one PIN, in calls."""
    phone, site, in_spool = owner.phone, owner.site, owner.in_spool
    secret = owner.asterisk.spool / "voicemail/GVMA_DN" / BOX / "secret.conf"
    owner.sync(1)
    assert phone.accepts(BOX, "7")
    phone.change_pin(BOX, "7", "43")
    assert secret.exists() == in_spool
    assert site.pins()[KEY] == ("7" if in_spool else "43")
    owner.sync(2)  # other changes
    assert not phone.accepts(BOX, "7")
    assert phone.accepts(BOX, "43")
    assert owner.sync(2) == ""
    owner.sync(1, gvm_name="Another name")  # the box itself changes, and a DN goes
    assert phone.accepts(BOX, "43")
    owner.sync(1, gvm_name="Another name", gvm_password="98")
    assert not secret.exists()
    assert not phone.accepts(BOX, "43")
    assert phone.accepts(BOX, "98")
    phone.change_pin(BOX, "98", "24")
    owner.sync(2, gvm_name="Another name", gvm_password="98")
    assert phone.accepts(BOX, "24")
    owner.sync(2, "--reset-pin", KEY, gvm_name="Another name", gvm_password="98")
    assert not secret.exists()
    assert not phone.accepts(BOX, "24")
    assert phone.accepts(BOX, "98")
    assert owner.sync(2, gvm_name="Another name", gvm_password="98") == ""
    assert site.litter() == []


def race(owner: Owner, rounds: int, boxes: int) -> None:
    """In each round a sync that changes the file begins about when the last key of a PIN change is pressed."""
    chance = random.Random(20261121)
    pin = "7"
    owner.sync(boxes)
    for number in range(rounds):
        chosen = str(chance.choice([number for number in range(10, 100) if str(number) != pin]))
        call = owner.phone.open_options(BOX, pin)
        owner.phone.type_new_pin(call, chosen)
        export = owner.export(boxes + (number + 1) % 2)
        with ThreadPoolExecutor(1) as pool:
            early = chance.random() < 0.7
            if not early:
                owner.phone.confirm(call)
            sync = pool.submit(owner.site.run_sync, export)
            if early:  # up to half a second after the sync has begun
                call.audio.send_codes(b"\xff" * chance.randrange(0, 4_000))
                owner.phone.confirm(call)
            done = sync.result()
        assert done.status == 0, (number, done)
        call.hang_up()
        pin = chosen
        assert owner.site.pins()[KEY] == pin, f"lost in round {number}: {done}"
        assert owner.site.litter() == []
        assert owner.phone.accepts(BOX, pin), f"Asterisk has another PIN in round {number}: {done}"
        owner.sync(boxes + (number + 1) % 2)
        assert len(owner.site.pins()) == boxes + 1 + (number + 1) % 2
        assert owner.site.pins()[KEY] == pin
    assert owner.site.difference_from_asterisk() == []
    assert owner.site.outside()["voicemail.conf"].count(b"by hand") == 1
