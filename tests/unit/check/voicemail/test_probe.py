"""What came back to a SUBSCRIBE, judged."""

from __future__ import annotations

import pytest

from gvma.asterisk.drivers import CHAN_SIP, PJSIP, Driver
from gvma.check.voicemail.probe import check_probes
from gvma.evidence.model import AmiEvidence, Evidence, Probe
from gvma.settings import GvmaSettings, Settings


def codes(*probes: Probe, driver: Driver = PJSIP, mode: str = "SUBSCRIBE") -> list[str]:
    settings = Settings(gvma=GvmaSettings(mwi_mode=mode))
    return [finding.code for finding in check_probes(Evidence(settings, driver=driver, probes=probes))]


@pytest.mark.parametrize(
    ("answer", "notified", "found"),
    [
        (200, True, []),
        (202, True, []),
        (200, False, ["probe-no-notify"]),
        (404, False, ["probe-refused"]),
        (401, False, ["probe-refused"]),
        (500, False, ["probe-refused"]),
        (0, False, ["probe-silent"]),
    ],
)
def test_each_answer_is_judged(answer: int, notified: bool, found: list[str]) -> None:
    assert codes(Probe("gvm-1000", answer, notified)) == found


def test_a_401_to_another_host_says_nothing_of_sip_server_where_addresses_count() -> None:
    elsewhere = Probe("gvm-1000", 401, notified=False, as_sipserver=False)
    assert codes(elsewhere) == ["probe-elsewhere"]
    # chan_sip goes by the name in From, so SIP Server gets the same answer.
    assert codes(elsewhere, driver=CHAN_SIP) == ["probe-refused"]


@pytest.mark.parametrize(
    ("matches", "code"),
    [
        (["10.0.0.1:5060/32"], "probe-elsewhere"),
        (["10.0.0.1:5060/32", "10.0.0.0/8"], "probe-refused"),
        (["10.0.0.2:5060/32"], "probe-refused"),
    ],
)
def test_a_401_says_nothing_either_where_sip_servers_port_counts(matches: list[str], code: str) -> None:
    live = AmiEvidence(identifies=tuple(("genesys", match) for match in matches))
    settings = Settings(gvma=GvmaSettings(siptserver_host="10.0.0.1"))
    seen = Evidence(settings, ami=live, probes=(Probe("gvm-1000", 401, notified=False),))
    assert [finding.code for finding in check_probes(seen)] == [code]


def test_register_mode_is_not_probed_and_without_probe_nothing_is_said() -> None:
    assert codes(mode="REGISTER") == ["probe-register"]
    assert codes() == []
    assert list(check_probes(Evidence(Settings()))) == []
