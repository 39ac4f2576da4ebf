"""Settings: ``gvma_asterisk76.cfg`` and our extra keys, read into frozen dataclasses."""

from gvma.settings.model import (
    Address,
    ConfigServerSettings,
    GvmaSettings,
    MediaSettings,
    Secret,
    Settings,
    WebSettings,
)

__all__ = ["Address", "ConfigServerSettings", "GvmaSettings", "MediaSettings", "Secret", "Settings", "WebSettings"]
