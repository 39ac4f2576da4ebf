"""``gvma netann parse`` as a user and as a program that asks line by line see it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.children import child_process

GVMA = [sys.executable, "-m", "gvma"]


def gvma(*arguments: str, folder: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*GVMA, *arguments], input=stdin, capture_output=True, cwd=folder, check=False)


def answers(folder: Path, stdin: bytes, *arguments: str) -> list[dict[str, object]]:
    done = gvma("netann", "parse", *arguments, folder=folder, stdin=stdin)
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_table_says_what_is_played_and_how_often(tmp_path: Path) -> None:
    uri = "sip:annc@192.168.0.200;play=music/in_queue;repeat=3;delay=500;duration=60000"
    done = gvma("netann", "parse", uri, folder=tmp_path)
    text = done.stdout.decode()
    assert done.returncode == 0
    assert "music/in_queue" in text
    assert "3 times, 500 ms between plays, for 60 seconds at most" in text


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("annc@ms.example.net", "400 Bad Request"),
        ("tel:+12015550123", "416 Unsupported URI Scheme"),
        ("sip:annc@h;play=../x", "404 Announcement content not found"),
        ("sip:conf@h", "404 Not Found"),
        ("sip:ivr@h", "488 Not Acceptable Here"),
        ("sip:dialog@h;voicexml=http://a/b", "488 Not Acceptable Here"),
        (
            "sip:annc@h;play=http://a.example/x.wav",
            "refused  404 Announcement content not found: neither a.example nor a.example:80 is in play_hosts.\n",
        ),
    ],
)
def test_a_refused_uri_is_an_answer_with_its_reason(tmp_path: Path, uri: str, why: str) -> None:
    done = gvma("netann", "parse", uri, folder=tmp_path)
    assert done.returncode == 0
    assert why in done.stdout.decode()


def test_the_dialect_of_the_settings_decides_how_often_music_without_repeat_plays(tmp_path: Path) -> None:
    (tmp_path / "rfc.cfg").write_text("[media]\ndialect = rfc4240\n")
    uri = "sip:annc@h;play=music/x"
    assert b"until hang-up" in gvma("netann", "parse", uri, folder=tmp_path).stdout
    assert b"once" in gvma("--config", "rfc.cfg", "netann", "parse", uri, folder=tmp_path).stdout


def test_a_control_character_in_a_uri_never_reaches_the_terminal(tmp_path: Path) -> None:
    done = gvma("netann", "parse", "sip:a%C2%9B2J@h", folder=tmp_path)
    assert "\x9b" not in done.stdout.decode()


def test_json_holds_the_fields_and_the_version(tmp_path: Path) -> None:
    done = gvma("--output", "json", "netann", "parse", "--kind", "to-header", "<sip:conf=A@h>;tag=1", folder=tmp_path)
    answer = json.loads(done.stdout)
    assert answer["gvma_result_version"] == 1
    assert (answer["service"], answer["conf_id"], answer["error"]) == ("conf", "a", None)


def test_each_line_on_stdin_gets_its_answer_in_order(tmp_path: Path) -> None:
    lines = [
        {"input": "sip:annc@h;play=a;repeat=2", "kind": "request-uri"},
        {"input": "<sip:conf=7@h>;tag=1", "kind": "to-header"},
        {"input": "annc@h", "kind": "request-uri"},
    ]
    stdin = "".join(json.dumps(line) + "\n" for line in lines).encode()
    first, second, third = answers(tmp_path, stdin)
    assert (first["play"], first["repeat"]) == ("a", 2)
    assert second["conf_id"] == "7"
    assert (third["error"], third["sip_status"]) == ("bad-uri", 400)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"not json",
        b"[" * 100_000,
        b'"sip:annc@h"',
        b"{}",
        b'{"input": 5}',
        b'{"input": "sip:a@h", "kind": "from"}',
        b'{"input": "sip:a@h", "kind": []}',
        b"\xff\xfe",
        b'{"input": "' + b"a" * 3_000_000 + b'"}',
    ],
    ids=range(10),
)
def test_a_line_that_is_no_question_is_answered_too_and_the_next_one_as_ever(tmp_path: Path, line: bytes) -> None:
    bad, good = answers(tmp_path, line + b'\n{"input": "sip:annc@h;play=a"}')
    assert bad["error"] == "bad-input"
    assert good["play"] == "a"


def test_the_kind_of_the_command_line_holds_for_lines_without_one(tmp_path: Path) -> None:
    [answer] = answers(tmp_path, b'{"input": "Bob <sip:annc@h;play=a>"}\n', "--kind", "to-header")
    assert answer["play"] == "a"


def test_an_answer_comes_before_the_next_question(tmp_path: Path) -> None:
    with child_process(
        [*GVMA, "netann", "parse"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for name in ("a", "b"):
            child.stdin.write(json.dumps({"input": f"sip:annc@h;play={name}"}).encode() + b"\n")
            child.stdin.flush()
            assert json.loads(child.stdout.readline())["play"] == name
        child.stdin.close()
    assert child.returncode == 0


def test_parsing_loads_nothing_that_only_other_commands_need(tmp_path: Path) -> None:
    program = (
        "import sys; from gvma.cli.main import main\n"
        "try: main(['--output', 'json', 'netann', 'parse', 'sip:annc@h;play=a'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('zeep', 'lxml', 'panoramisk', 'asyncio', 'rich') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, cwd=tmp_path, check=False)
    assert done.stdout.splitlines()[-1] == b"[]"


def test_a_line_pasted_from_a_trace_is_understood(tmp_path: Path) -> None:
    request_line = gvma("netann", "parse", "INVITE sip:annc@h;play=welcome;repeat=2 SIP/2.0", folder=tmp_path)
    assert b"2 times" in request_line.stdout
    to_line = json.dumps({"input": "To: <sip:conf=7@h>;tag=1"}).encode()
    (answer,) = answers(tmp_path, to_line)
    assert (answer["service"], answer["conf_id"], answer["error"]) == ("conf", "7", None)
