"""PCMU (ITU-T G.711 mu-law) to linear samples and back, by table; nothing else."""

from __future__ import annotations

import math
from array import array

_BIAS, _CLIP = 0x84, 32_635


def _linear(code: int) -> int:
    inverted = ~code & 0xFF
    exponent, mantissa = inverted >> 4 & 7, inverted & 0xF
    magnitude = (((mantissa << 3) + _BIAS) << exponent) - _BIAS
    return -magnitude if inverted & 0x80 else magnitude


def _code(sample: int) -> int:
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = magnitude.bit_length() - 8
    return ~((0x80 if sample < 0 else 0) | exponent << 4 | magnitude >> exponent + 3 & 0xF) & 0xFF


_LINEAR = [_linear(code) for code in range(256)]
SILENCE = b"\xff" * 160


def decode(codes: bytes) -> array[int]:
    """Linear samples, -32124 to 32124, 8,000 a second."""
    return array("h", (_LINEAR[code] for code in codes))


def encode(samples: list[int]) -> bytes:
    """Mu-law codes of linear samples."""
    return bytes(_code(sample) for sample in samples)


def rms(codes: bytes) -> int:
    """The root mean square of the samples: 0 is silence, a loud tone some 6,000."""
    if not codes:
        return 0
    return round(math.sqrt(sum(_LINEAR[code] ** 2 for code in codes) / len(codes)))


def tone(hertz: int, seconds: float, amplitude: int = 9_000) -> bytes:
    """A sine tone in mu-law codes; of whole hertz, so that one second of it is computed and repeated."""
    count = round(8_000 * seconds)
    second = encode([round(amplitude * math.sin(2 * math.pi * hertz * n / 8_000)) for n in range(min(count, 8_000))])
    return (second * (count // 8_000 + 1))[:count]


def power_at(codes: bytes, hertz: float) -> float:
    """The share of the sound's power that is at one frequency, 0 to 1 (Goertzel)."""
    samples = decode(codes)
    total = sum(sample * sample for sample in samples)
    if not total:
        return 0.0
    turn = 2 * math.pi * hertz / 8_000
    real = sum(sample * math.cos(turn * n) for n, sample in enumerate(samples))
    imaginary = sum(sample * math.sin(turn * n) for n, sample in enumerate(samples))
    return 2 * (real * real + imaginary * imaginary) / (len(samples) * total)
