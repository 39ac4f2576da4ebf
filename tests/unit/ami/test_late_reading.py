"""chan_sip answers a reload before it has read its file: Asterisk is asked again."""

from __future__ import annotations

import pytest

from gvma.ami import asterisk
from gvma.ami.asterisk import Asterisk
from gvma.ami.verify import Expected
from tests.fakes.ami import ScriptedManager, success
from tests.unit.ami.stopping_host import StoppingHost


@pytest.mark.parametrize(("late", "found"), [(3, []), (1000, ["peer gvm-1000 is missing"])])
def test_a_host_that_stops_meanwhile_leaves_chan_sip_some_tries_to_read_its_file(
    monkeypatch: pytest.MonkeyPatch, late: int, found: list[str]
) -> None:
    answers = iter([["peer gvm-1000 is missing"]] * late + [[]])
    monkeypatch.setattr(asterisk, "differences", lambda *_: next(answers))
    monkeypatch.setattr(asterisk, "time", StoppingHost())
    replies = {"ModuleCheck": success("Version: "), "ModuleLoad": success("Message: Module reloaded successfully.")}
    with ScriptedManager(replies) as server, Asterisk(server.settings()) as one:
        assert one.reload_and_verify(["chan_sip.so"], Expected()) == found
