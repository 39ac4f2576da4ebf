"""``gvma netann parse``: what a NETANN URI asks for, what would be played, or why the URI is refused.

It needs neither a settings file nor Asterisk. A refused URI is a result like any other: exit status 0.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

import click

from gvma.cli.exits import help_ending
from gvma.netann.parser import parse
from gvma.netann.pasted import from_trace
from gvma.netann.request import HANGUP_CAUSES, NOT_FOUND, REQUEST_URI, TO_HEADER, Kind, ServiceRequest
from gvma.netann.site import longest_play_ms, number_of_plays, plays_default_file

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation
    from gvma.settings.model import MediaSettings

KINDS = (REQUEST_URI, TO_HEADER)
_LONGEST_LINE = 1 << 20


@click.group("netann", epilog=help_ending("gvma netann parse 'sip:annc@192.168.0.200;play=music/in_queue'"))
def command() -> None:
    """Explain a NETANN URI (RFC 4240 and the Genesys dialect)."""


@command.command(
    "parse",
    epilog=help_ending(
        "gvma netann parse 'sip:annc@192.168.0.200;play=music/in_queue;repeat=3'",
        "gvma netann parse --kind to-header '<sip:conf=1234@192.168.0.200:5060>;tag=1'",
        "gvma netann parse 'INVITE sip:annc@192.168.0.200;play=welcome SIP/2.0'",
    ),
)
@click.option(
    "--kind", type=click.Choice(KINDS), default=REQUEST_URI, show_default=True, help="Where the text comes from."
)
@click.argument("uri", required=False)
@click.pass_obj
def parse_command(invocation: Invocation, kind: Kind, uri: str | None) -> None:
    """Say what URI asks for, what would be played and how often, or why it is refused.

    URI may also be a line of a SIP trace: a whole To line or request line.

    Without URI: read one JSON object {"input", "kind"} per line from stdin, and write one JSON object per line
    to stdout, in the same order.
    """
    output = invocation.output
    if uri is None:
        for answer in answers(sys.stdin.buffer, kind):
            output.json_line(answer)
            output.stdout.flush()  # a program that sends one line at a time waits for this one
        return
    request = parse(*from_trace(uri, kind))
    output.result("netann parse", "ok", **request.as_json())
    if not output.json:
        rows = explained(request, invocation.settings_or_default().media)
        output.table(rows)


def answers(lines: BinaryIO, kind: Kind) -> Iterator[dict[str, object]]:
    """For each line the fields of its ServiceRequest; the error ``bad-input`` for a line that is not valid."""
    while line := lines.readline(_LONGEST_LINE):
        whole = line.endswith(b"\n") or len(line) < _LONGEST_LINE
        while not whole:
            rest = lines.readline(_LONGEST_LINE)
            whole = rest.endswith(b"\n") or len(rest) < _LONGEST_LINE
            line = b""
        yield _answer(line, kind)


def _answer(line: bytes, kind: Kind) -> dict[str, object]:
    try:
        question = json.loads(line)
    except (ValueError, RecursionError):
        return _bad_input("not a line of JSON")
    if not isinstance(question, dict) or not isinstance(question.get("input"), str):
        return _bad_input('not an object with a text "input"')
    line_kind = question.get("kind", kind)
    if line_kind not in KINDS:
        return _bad_input(f'"kind" is not one of {", ".join(KINDS)}')
    return parse(*from_trace(question["input"], line_kind)).as_json()


def _bad_input(message: str) -> dict[str, object]:
    return {**ServiceRequest().as_json(), "error": "bad-input", "message": message}


def explained(request: ServiceRequest, media: MediaSettings) -> list[tuple[str, str]]:
    """The rows of the table, each a name and a text. media: its dialect, hosts and limits apply."""
    rows = [("service", _service_in_words(request))]
    if request.service == "dialog":
        return [*rows, ("refused", "488 Not Acceptable Here: VoiceXML dialogs are not offered.")]
    if plays_default_file(request, media):
        return [
            *rows,
            ("plays", f"{media.default_file} (default_file), if Asterisk can play it, else 400"),
            ("how often", _how_often(request, media)),
        ]
    if request.refusal is not None:
        return [*rows, *_refusal_in_words(request)]
    if request.service == "conf":
        rows.append(("conference", request.conf_id or ""))
        if request.record is not None:
            rows.append(("records", f"{media.recordings_path}/meetme-conf-rec-{request.conf_id}-<unique id>.wav"))
        return rows
    return rows + _treatment_in_words(request, media)


def _service_in_words(request: ServiceRequest) -> str:
    if request.service == "none":
        return f"none: {request.user!r} is not the name of a service" if request.user else "none"
    words = {"conf": "conference", "dialog": "VoiceXML dialog"}
    treatments = {"collect": "digits", "record": "recording", "silence": "silence"}
    if request.play == "music/silence":
        return "annc: digits, without a prompt"
    return f"{request.service}: {words.get(request.service) or treatments.get(request.genesys, 'announcement')}"


def _refusal_in_words(request: ServiceRequest) -> list[tuple[str, str]]:
    refusal = request.refusal
    assert refusal is not None
    rows = [("refused", f"{refusal.status} {refusal.reason}: {refusal.explanation}")]
    if refusal.status not in HANGUP_CAUSES:
        rows.append(("sent as", "484, since Asterisk's dialplan cannot send that status"))
    return rows


def _treatment_in_words(request: ServiceRequest, media: MediaSettings) -> list[tuple[str, str]]:
    if request.sends_digits:
        prompt = media.digits_prompt if request.genesys == "collect" else ""
        return [("plays", prompt or "nothing"), ("sends", "each key as one text Signal=<key>, until hang-up")]
    if request.genesys == "record":
        return [
            ("plays", f"{request.play}, once, before it records" if request.play else "nothing"),
            ("records", f"{media.recordings_path}/genesys-rec-{request.record}.wav"),
        ]
    return _announcement_in_words(request, media)


def _announcement_in_words(request: ServiceRequest, media: MediaSettings) -> list[tuple[str, str]]:
    from gvma.netann.sounds import sound_of  # noqa: PLC0415  (start-up)

    play = request.play or ""
    if request.genesys == "silence":
        plays = f"{play.partition('/')[2]} seconds of silence"
        return [("plays", plays), ("how often", _how_often(request, media))]
    sound = sound_of(play, locale=request.locale, folders=[str(media.sounds_path)], hosts=media.play_hosts)
    if sound.missing:
        return [("refused", f"{NOT_FOUND.status} {NOT_FOUND.reason}: {sound.missing}.")]
    if sound.fetched or play.lower().startswith("file:"):
        plays = f"{play if sound.fetched else sound.names[0]}, if Asterisk can play it, else 404"
    else:
        names = [name for name in sound.names if not name.startswith("/")]
        plays = f"{' or '.join(names)}, below the sounds folder, if Asterisk can play it, else 404"
    return [("plays", plays), ("how often", _how_often(request, media))]


def _how_often(request: ServiceRequest, media: MediaSettings) -> str:
    plays = number_of_plays(request, media)
    often = "until hang-up" if plays is None else "once" if plays == 1 else f"{plays} times"
    if request.delay_ms:
        often += f", {request.delay_ms} ms between plays"
    limit = longest_play_ms(request, media)
    return f"{often}, for {limit / 1000:g} seconds at most" if limit else often
