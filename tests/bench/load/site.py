"""The folder of a site as the benchmarks lay it out: settings, and the three files of Asterisk's without a block."""

from __future__ import annotations

from pathlib import Path

QUERY = "CfgDN[(@ownerDBID=101) and (@type=1)]"
_SETTINGS = """\
[cfgserver]
url = {url}
dnquery = {query}
[gvma_settings]
asterisk_cfg_path = {etc}
backup_path = {folder}/kept
siptserver_host = 127.0.0.1
channel_driver = pjsip
{more}
"""


def lay_out(folder: Path, url: str, etc: Path | None = None, more: str = "") -> Path:
    """The settings file. etc: Asterisk's folder where there is one. more: further lines of ``[gvma_settings]``."""
    folder.mkdir(parents=True, exist_ok=True)
    if etc is None:
        etc = folder / "etc"
        etc.mkdir()
        for name in ("voicemail.conf", "pjsip.conf", "extensions.conf"):
            (etc / name).write_text("[general]\n")
    settings = folder / "gvma_asterisk76.cfg"
    settings.write_text(_SETTINGS.format(url=url, query=QUERY, folder=folder, etc=etc, more=more))
    return settings
