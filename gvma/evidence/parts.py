"""The sources of the evidence, by which a reader says what it needs. Pure."""

from __future__ import annotations

from enum import Enum


class Part(Enum):
    """One source that can be left out. The settings file is always looked at."""

    CONFIGSERVER = "Configuration Server"
    ASTERISK = "Asterisk's files, AMI and SIP"
    MEDIA = "the media server"
    RECORDS = "what gvma keeps under backup_path"
    NEXT_SYNC = "the plan of the next sync"


ALL = frozenset(Part)
