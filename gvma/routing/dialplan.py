"""What can be dialled and watched in business call routing (the manual's lines 1960-2080). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gvma.asterisk.drivers import Driver
from gvma.asterisk.entries import Extension, Hint
from gvma.settings.model import GvmaSettings


def dialplan(  # noqa: PLR0913, PLR0917  (three kinds of number, and how they are dialled)
    phones: Iterable[str],
    others: Iterable[str],
    services: Iterable[str],
    prefix: str,
    settings: GvmaSettings,
    driver: Driver,
) -> Iterator[Hint | Extension]:
    """A hint and an extension for each phone, an extension for each phone of SIP Server's and for each service number,
    and one that leads outside.

    phones, others, services: numbers in order; others: phones that are registered on SIP Server. prefix: that of
    external numbers; empty where they lead nowhere.
    """
    technology = driver.technology
    for number in phones:
        device = f"{technology}/{number}"
        yield Hint(number, device)
        yield Extension(number, (f"Dial({device},{settings.routing_phone_seconds})",))
    sipserver = f"{technology}/${{EXTEN}}@{settings.routing_sipserver_peer}"
    for number in others:
        yield Extension(number, (f"Dial({sipserver},{settings.routing_phone_seconds})",))
    for number in services:
        yield Extension(number, (f"Dial({sipserver},{settings.routing_service_seconds},r)", "Hangup()"))
    if prefix:
        gateway = f"{technology}/${{EXTEN:{len(prefix)}}}@{settings.routing_gateway_peer}"
        yield Extension(f"_{prefix}.", (f"Dial({gateway},{settings.routing_phone_seconds})",))
