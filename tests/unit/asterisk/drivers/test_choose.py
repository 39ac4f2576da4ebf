"""Which channel driver a command takes, for all that settings, Asterisk and the files can say."""

from __future__ import annotations

import pytest

from gvma.asterisk.drivers.choose import DriverFile, DriverModule, choose

BEGIN = b"; GVMA BEGIN"
OURS = b"[site]\n" + BEGIN + b"\n"
SITE = b"[site]\n"
AWAY = DriverModule(loaded=False)
IDLE = DriverModule(loaded=True, has_transport=False)
SERVES = DriverModule(loaded=True, has_transport=True)
UNKNOWN = DriverModule(loaded=True, has_transport=None)


def files(pjsip: bytes | None, sip: bytes | None) -> dict[str, DriverFile]:
    return {"pjsip": DriverFile.of("pjsip.conf", pjsip, BEGIN), "sip": DriverFile.of("sip.conf", sip, BEGIN)}


@pytest.mark.parametrize(
    ("pjsip", "sip", "driver", "reason"),
    [
        (None, None, "sip", "Asterisk was not asked, and there is no pjsip.conf."),
        (None, SITE, "sip", "Asterisk was not asked, and there is no pjsip.conf."),
        (SITE, SITE, "pjsip", "Asterisk was not asked, and pjsip.conf exists."),
        (b"", None, "pjsip", "Asterisk was not asked, and pjsip.conf exists."),
        (SITE, OURS, "sip", "Asterisk was not asked, and sip.conf alone has gvma's block."),
        (OURS, SITE, "pjsip", "Asterisk was not asked, and pjsip.conf alone has gvma's block."),
        (OURS, OURS, "pjsip", "Asterisk was not asked, and pjsip.conf exists."),
        (SITE, b"; see " + BEGIN + b"\n", "pjsip", "Asterisk was not asked, and pjsip.conf exists."),
    ],
)
def test_where_asterisk_is_not_asked_the_files_decide(
    pjsip: bytes | None, sip: bytes | None, driver: str, reason: str
) -> None:
    choice = choose("auto", files(pjsip, sip))
    assert (choice.driver.name, choice.reason) == (driver, reason)


@pytest.mark.parametrize(
    ("pjsip", "sip", "driver", "reason"),
    [
        (SERVES, AWAY, "pjsip", "res_pjsip.so serves SIP, and chan_sip.so is not loaded."),
        (SERVES, IDLE, "pjsip", "res_pjsip.so serves SIP, and chan_sip.so has no transport."),
        (AWAY, SERVES, "sip", "chan_sip.so serves SIP, and res_pjsip.so is not loaded."),
        (IDLE, SERVES, "sip", "chan_sip.so serves SIP, and res_pjsip.so has no transport."),
        (AWAY, UNKNOWN, "sip", "chan_sip.so serves SIP, and res_pjsip.so is not loaded."),
        (IDLE, UNKNOWN, "sip", "chan_sip.so serves SIP, and res_pjsip.so has no transport."),
        (IDLE, AWAY, "pjsip", "res_pjsip.so alone is loaded, although it has no transport."),
        (AWAY, IDLE, "sip", "chan_sip.so alone is loaded, although it has no transport."),
    ],
)
def test_the_driver_that_serves_sip_is_taken_whatever_the_files_say(
    pjsip: DriverModule, sip: DriverModule, driver: str, reason: str
) -> None:
    for texts in ((OURS, SITE), (SITE, OURS), (None, None)):
        choice = choose("auto", files(*texts), {"pjsip": pjsip, "sip": sip})
        assert (choice.driver.name, choice.reason) == (driver, reason)


@pytest.mark.parametrize(
    ("pjsip", "sip", "driver", "reason"),
    [
        (SITE, OURS, "sip", "Both drivers serve SIP, and sip.conf alone has gvma's block."),
        (OURS, SITE, "pjsip", "Both drivers serve SIP, and pjsip.conf alone has gvma's block."),
        (OURS, OURS, "pjsip", "Both drivers serve SIP."),
        (None, SITE, "pjsip", "Both drivers serve SIP."),
    ],
)
@pytest.mark.parametrize("modules", [(SERVES, SERVES), (UNKNOWN, UNKNOWN), (UNKNOWN, SERVES)])
def test_of_two_that_serve_sip_the_one_with_our_block_is_taken(
    modules: tuple[DriverModule, DriverModule], pjsip: bytes | None, sip: bytes, driver: str, reason: str
) -> None:
    choice = choose("auto", files(pjsip, sip), dict(zip(("pjsip", "sip"), modules, strict=True)))
    assert (choice.driver.name, choice.reason) == (driver, reason)


@pytest.mark.parametrize("modules", [(AWAY, AWAY), (IDLE, IDLE)])
@pytest.mark.parametrize(
    ("pjsip", "sip", "driver", "reason"),
    [
        (None, SITE, "sip", "Neither driver serves SIP, and there is no pjsip.conf."),
        (SITE, SITE, "pjsip", "Neither driver serves SIP, and pjsip.conf exists."),
        (SITE, OURS, "sip", "Neither driver serves SIP, and sip.conf alone has gvma's block."),
    ],
)
def test_where_neither_serves_sip_the_files_decide(
    modules: tuple[DriverModule, DriverModule], pjsip: bytes | None, sip: bytes, driver: str, reason: str
) -> None:
    choice = choose("auto", files(pjsip, sip), dict(zip(("pjsip", "sip"), modules, strict=True)))
    assert (choice.driver.name, choice.reason) == (driver, reason)


@pytest.mark.parametrize("configured", ["pjsip", "sip"])
def test_the_settings_have_the_last_word(configured: str) -> None:
    for texts in ((OURS, None), (None, OURS)):
        choice = choose(configured, files(*texts), {"pjsip": SERVES, "sip": SERVES})
        assert choice.driver.name == configured
        assert choice.reason == f"channel_driver = {configured} in the settings."
