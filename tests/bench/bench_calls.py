"""How many calls a second a real Asterisk 22 takes with the annc flow, beside the same announcement in plain dialplan.

``python -m tests.bench.bench_calls [SECONDS]``: sipp offers more and more calls a second, so many seconds each time,
to the one and to the other in turn, until a call fails or the rate is no longer reached. The ratio is printed; the
absolute figures are this machine's, with sipp, Asterisk and gvma on the same cores.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.ports import free_port
from tests.bench.load.sipp import Sipp, obtain_sipp
from tests.harness.media_dialplan import DIALPLAN, EXTENSIONS, PJSIP
from tests.harness.servers.media_server import MediaServer
from tests.harness.sounds import write_burst
from tests.harness.waiting import wait_no_channels

FIRST_RATE = 40.0
GROWTH = 1.25
# Slower than this share of what was offered is no longer the rate.
REACHED = 0.85
LONGEST_ANSWER_MS = 3000

# The same work without gvma: answer, one sound, hang up.
_PLAIN = """
exten => plain,1,Answer()
 same => n,Playback(music/short)
 same => n,Hangup()
"""
_SCENARIO = """\
<?xml version="1.0" encoding="ISO-8859-1" ?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="announcement">
  <send retrans="500"><![CDATA[
    INVITE sip:[service]@[remote_ip]:[remote_port]{parameters} SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:alice@[local_ip]:[local_port]>;tag=[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]{parameters}>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Contact: <sip:alice@[local_ip]:[local_port]>
    Max-Forwards: 70
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=- 1 1 IN IP4 [local_ip]
    s=-
    c=IN IP4 [local_ip]
    t=0 0
    m=audio {rtp_port} RTP/AVP 0
    a=rtpmap:0 PCMU/8000
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
    ACK [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:alice@[local_ip]:[local_port]>;tag=[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]{parameters}>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <recv request="BYE"/>
  <send><![CDATA[
    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0

  ]]></send>
</scenario>
"""


@dataclass
class Load:
    """sipp against one extension. best: calls a second of the last step in which no call failed."""

    name: str
    user: str
    scenario: Path
    best: float = 0.0
    ended: str = ""

    def step(self, sipp: Sipp, sip_port: int, rate: float, seconds: float) -> None:
        """Offers so many calls a second; ``ended`` says why this was the last step."""
        number = max(10, round(rate * seconds))
        argv = sipp.argv(
            *(f"127.0.0.1:{sip_port}", "-sf", str(self.scenario), "-s", self.user, "-i", "127.0.0.1"),
            *("-p", str(free_port(socket.SOCK_DGRAM)), "-r", str(round(rate)), "-m", str(number), "-l", "20000"),
            *("-recv_timeout", str(LONGEST_ANSWER_MS), "-timeout", "60", "-timeout_error", "-nostdin"),
        )
        began = time.monotonic()
        done = subprocess.run(argv, capture_output=True, check=False, cwd=self.scenario.parent, env={"TERM": "dumb"})
        reached = number / (time.monotonic() - began)
        if done.returncode:
            self.ended = f"a call failed at {rate:.0f} a second"
            return
        self.best = max(self.best, reached)
        # The last call's own time is in the measurement too.
        if number / reached > seconds / REACHED + 1:
            self.ended = f"{rate:.0f} a second were not reached"


@contextmanager
def _asterisk(folder: Path, agi_port: int) -> Iterator[PrivateAsterisk]:
    dialplan = DIALPLAN / "gvma-media-pjsip.conf"
    files = {
        "extensions.conf": EXTENSIONS.format(dialplan=dialplan, port=agi_port) + _PLAIN,
        "pjsip.conf": PJSIP,
        # Room for calls that wait: the machine is to be the limit, and not the ports.
        "rtp.conf": "[general]\nrtpstart=32768\nrtpend=60998\nstrictrtp=no\nicesupport=no\n",
        # A busy server does not log every step of its dialplan.
        "logger.conf": "[general]\n[logfiles]\nfull => notice,warning,error\n",
    }
    with PrivateAsterisk(22, folder / "asterisk", files) as asterisk:
        asterisk.cli("core set verbose 0")
        write_burst(asterisk.sounds / "music/short.wav", loud=0.1, silent=0)
        yield asterisk


def main(seconds: float = 3.0) -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory(prefix="gvma-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        sipp = obtain_sipp()
        rtp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        rtp.bind(("127.0.0.1", 0))  # nobody reads it, and nobody tells Asterisk so
        (folder / "server").mkdir()
        server = MediaServer(folder / "server")
        asterisk = stack.enter_context(_asterisk(folder, server.port))
        server.configure(sounds_path=asterisk.sounds)
        stack.callback(server.start().kill)
        loads = []
        for what, user, parameters in (
            ("plain dialplan", "plain", ""),
            ("annc flow", "annc", ";play=music/short;repeat=1"),
        ):
            scenario = folder / f"{user}.xml"
            scenario.write_text(_SCENARIO.format(parameters=parameters, rtp_port=rtp.getsockname()[1]))
            loads.append(Load(what, user, scenario))
        rate = FIRST_RATE
        while any(not load.ended for load in loads):
            for load in loads:
                if not load.ended:
                    load.step(sipp, asterisk.sip_port, rate, seconds)
                    wait_no_channels(asterisk)
            rate *= GROWTH
        for load in loads:
            print(f"  {load.name:<20} {load.best:6.0f} calls a second without a failed call; {load.ended}", flush=True)
        plain, annc = loads
        print(f"  calls a second, annc flow to plain dialplan: {annc.best / plain.best:.2f}", flush=True)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
