"""The texts of the configuration files that a private Asterisk starts with. This file writes nothing.

A test or the demo may replace any of them. PrivateAsterisk replaces the words in braces by their values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

PJSIP_TRANSPORT = """\
[udp]
type=transport
protocol=udp
bind=127.0.0.1:{sip_port}
"""

SIP_GENERAL = """\
[general]
udpbindaddr=127.0.0.1:{sip_port}
context=default
allowguest=yes
srvlookup=no
notifyringing=yes
callcounter=yes
disallow=all
allow=ulaw
"""

_FIXED = {
    "logger.conf": "[general]\ndateformat=%T.%3q\n[logfiles]\nfull => notice,warning,error,verbose,dtmf\n",
    "musiconhold.conf": "[default]\nmode=files\ndirectory={sounds}/en\n",
    # An acl.conf with a [general] section is refused.
    "acl.conf": "",
    "confbridge.conf": "[general]\n[default_bridge]\ntype=bridge\n[default_user]\ntype=user\n",
    "indications.conf": (
        "[general]\ncountry=us\n[us]\ndescription=US\nringcadence=2000,4000\ndial=350+440\n"
        "busy=480+620/500,0/500\nring=440+480/2000,0/4000\ncongestion=480+620/250,0/250\n"
    ),
    "extensions.conf": "[general]\n\n[default]\n",
    "pjsip.conf": PJSIP_TRANSPORT,
    "sip.conf": SIP_GENERAL,
    # With pollmailboxes 16 answers VoicemailRefresh at once; one pass an hour is enough for that.
    "voicemail.conf": "[general]\nformat=wav\npollmailboxes=yes\npollfreq=3600\n",
}
_EMPTY = ("features", "udptl", "cdr", "cel", "ccss", "stasis", "cli_aliases", "pjproject")


def default_files(
    *,
    folder: Path,
    run: Path,
    moddir: Path,
    loaded: Sequence[str],
    rtp: tuple[int, int],
    accounts: Mapping[str, tuple[str, str]],
) -> dict[str, str]:
    """Texts by file name. accounts: secret and classes by AMI user name; rtp: first and last port."""
    directories = {
        "astetcdir": folder / "etc",
        "astmoddir": moddir,
        "astvarlibdir": folder / "lib",
        "astdbdir": folder / "db",
        "astkeydir": folder / "keys",
        "astdatadir": folder / "data",
        "astagidir": folder / "agi",
        "astspooldir": folder / "spool",
        "astrundir": run,
        "astlogdir": folder / "log",
        "astcachedir": folder / "cache",
    }
    asterisk = "".join(f"{name} => {path}\n" for name, path in directories.items())
    manager = "".join(_account(name, *account) for name, account in accounts.items())
    return {
        **_FIXED,
        **{f"{name}.conf": "[general]\n" for name in _EMPTY},
        "asterisk.conf": f"[directories]\n{asterisk}[options]\nverbose = 5\nnocolor = yes\ndefaultlanguage = en\n",
        "manager.conf": f"[general]\nenabled = yes\nport = {{ami_port}}\nbindaddr = 127.0.0.1\n{manager}",
        "modules.conf": "[modules]\nautoload=no\n" + "".join(f"load => {name}.so\n" for name in loaded),
        "rtp.conf": f"[general]\nrtpstart={rtp[0]}\nrtpend={rtp[1]}\nstrictrtp=no\nicesupport=no\n",
    }


def _account(name: str, secret: str, classes: str) -> str:
    return (
        f"[{name}]\nsecret = {secret}\ndeny=0.0.0.0/0.0.0.0\npermit=127.0.0.1/255.255.255.0\n"
        f"read = {classes}\nwrite = {classes}\n"
    )
