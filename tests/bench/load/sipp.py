"""sipp, which offers the calls of a benchmark."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gvma.demo.debian import NotObtainableError
from gvma.demo.packages import loader, on_path, output, unpacked


@dataclass(frozen=True, slots=True)
class Sipp:
    """A sipp that can be started."""

    program: Path
    loader: tuple[str, ...]

    def argv(self, *arguments: str) -> list[str]:
        """The command line that starts this sipp with these arguments (TERM must be set)."""
        return [*self.loader, str(self.program), *arguments]


def obtain_sipp() -> Sipp:
    """sipp from PATH, else unpacked from Debian packages. Raises NotObtainableError where neither is there."""
    installed = on_path("sipp")
    if installed is not None:
        return Sipp(installed, ())
    try:
        return _sipp_at(unpacked("sipp", ("bookworm",), ("sip-tester",), _sipp_at))
    except NotObtainableError as failure:
        raise NotObtainableError(
            f"no sipp on PATH, and none from Debian packages: {failure}",
            hint="Install sipp, or give this host access to a Debian mirror.",
        ) from failure


def _sipp_at(place: Path) -> Sipp:
    place = place.resolve()
    sipp = Sipp(place / "usr/bin/sipp", loader(place))
    if "SIPp" not in output(sipp.argv("-v")):
        raise NotObtainableError("sipp does not say its version", where=str(sipp.program))
    return sipp
