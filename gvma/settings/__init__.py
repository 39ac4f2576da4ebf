"""Settings: ``gvma_asterisk76.cfg`` and our extra keys, read into frozen dataclasses."""

from gvma.settings.model import ConfigServerSettings, GvmaSettings, MediaSettings, Secret, Settings

__all__ = ["ConfigServerSettings", "GvmaSettings", "MediaSettings", "Secret", "Settings"]
