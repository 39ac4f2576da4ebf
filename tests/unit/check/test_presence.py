"""The answers to SUBSCRIBEs for presence."""

from __future__ import annotations

import pytest

from gvma.asterisk.drivers import CHAN_SIP, PJSIP
from gvma.check.presence import check_presence
from gvma.check.voicemail.probe import check_probes
from gvma.evidence.model import Evidence, Probe
from gvma.settings import Settings

RIGHT = Probe("2001", 200, notified=True, event="presence", state="open, Ready")


def codes(probe: Probe, **changes: object) -> list[str]:
    seen = Evidence(Settings(), probes=(probe,))._replace(**changes)  # type: ignore[arg-type]
    assert list(check_probes(seen)) == []
    return [one.code for one in check_presence(seen)]


def test_a_state_is_no_finding() -> None:
    assert codes(RIGHT) == []
    assert codes(RIGHT._replace(state="closed")) == []


@pytest.mark.parametrize("status", [0, 401, 403, 404, 489])
def test_a_refusal_and_a_silence_are_found(status: int) -> None:
    assert codes(RIGHT._replace(status=status, notified=False)) == ["probe-presence-refused"]


def test_an_answer_without_a_state_is_found() -> None:
    assert codes(RIGHT._replace(notified=False)) == ["probe-presence-no-notify"]


def test_what_another_host_is_refused_says_nothing_of_sip_server() -> None:
    stranger = RIGHT._replace(status=401, notified=False, as_sipserver=False)
    assert codes(stranger, driver=PJSIP) == ["probe-presence-elsewhere"]
    assert codes(stranger, driver=CHAN_SIP) == ["probe-presence-refused"]


def test_a_mailboxs_probe_is_none_of_a_telephones() -> None:
    seen = Evidence(Settings(), probes=(Probe("gvm-1000", 404, notified=False),))
    assert list(check_presence(seen)) == []
