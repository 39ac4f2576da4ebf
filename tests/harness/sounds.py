"""Sounds that can be told apart by whoever hears them, and what was heard."""

from __future__ import annotations

import wave
from pathlib import Path

from tests.useragent import mulaw

LOUD = 500
_FRAME = 160


def write_burst(path: Path, hertz: int = 440, *, loud: float = 0.2, silent: float = 0.2) -> None:
    """A WAV file of a tone and then silence, so that plays can be counted. Seconds."""
    codes = mulaw.tone(hertz, loud) + b"\xff" * round(8_000 * silent)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(mulaw.decode(codes).tobytes())


def read_codes(path: Path) -> bytes:
    """The mu-law codes of a WAV file of 16-bit samples; what Asterisk is still writing counts as far as it is."""
    content = path.read_bytes()
    samples = memoryview(content[44 : len(content) - len(content) % 2]).cast("h")
    return mulaw.encode(list(samples))


def bursts(codes: bytes) -> int:
    """How often it becomes loud after a tenth of a second of silence."""
    count, quiet = 0, 5
    for start in range(0, len(codes) - _FRAME + 1, _FRAME):
        if mulaw.rms(bytes(codes[start : start + _FRAME])) > LOUD:
            count += quiet >= 5
            quiet = 0
        else:
            quiet += 1
    return count


def sounds_like(codes: bytes, hertz: float) -> bool:
    """Whether the first tenth of a second of what is loud is a tone of this frequency."""
    for start in range(0, len(codes) - _FRAME + 1, _FRAME):
        if mulaw.rms(bytes(codes[start : start + _FRAME])) > LOUD:
            return mulaw.power_at(bytes(codes[start + _FRAME : start + 6 * _FRAME]), hertz) > 0.9
    return False


def holds(codes: bytes, hertz: float) -> bool:
    """Whether some tenth of a second is a tone of this frequency."""
    return any(
        mulaw.rms(codes[start : start + 800]) > 300 and mulaw.power_at(codes[start : start + 800], hertz) > 0.8
        for start in range(0, len(codes) - 800, 400)
    )
