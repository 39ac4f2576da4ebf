"""Which channel driver Asterisk's files tell of, where Asterisk itself cannot be asked. Pure: it opens no file."""

from __future__ import annotations


def driver_by_files(*, sip: bytes | None, pjsip: bytes | None, begin: bytes) -> str:
    """``sip`` or ``pjsip``: the driver whose file alone has our block; else ``pjsip`` where pjsip.conf exists.

    sip, pjsip: what sip.conf and pjsip.conf hold; None for a file that does not exist. begin: our begin marker.
    Debian ships a pjsip.conf also where chan_sip serves, so that a block of an earlier sync says more.
    """
    in_sip, in_pjsip = (begin in (text or b"") for text in (sip, pjsip))
    if in_sip != in_pjsip:
        return "pjsip" if in_pjsip else "sip"
    return "sip" if pjsip is None else "pjsip"
