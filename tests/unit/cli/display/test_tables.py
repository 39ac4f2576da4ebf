"""Tables: nothing of a value is lost, on a terminal or off it."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from gvma.cli.display import tables
from gvma.cli.output import Output

HEADING = ("NUMBER", "OPTIONS")
ROWS = [("1000", "x" * 300), ("20", "[bold]y[/bold]")]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown_on_a_terminal(rows: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("sys.stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.delenv("NO_COLOR", raising=False)
    output = Output()
    output.table(rows, HEADING)
    assert isinstance(output.stdout, Terminal)
    return output.stdout.getvalue()


def test_off_a_terminal_values_are_neither_cut_nor_wrapped_nor_coloured(capsys: pytest.CaptureFixture[str]) -> None:
    Output().table(ROWS, HEADING)
    assert capsys.readouterr().out == f"NUMBER  OPTIONS\n1000    {'x' * 300}\n20      [bold]y[/bold]\n"


def test_a_terminal_gets_long_values_in_several_lines_and_markup_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = shown_on_a_terminal(ROWS, monkeypatch)
    assert shown.count("x") == 300
    assert max(map(len, shown.splitlines()[1:])) <= 40
    assert "[bold]y[/bold]" in shown
    assert "\x1b[" in shown.splitlines()[0]


def test_a_long_table_is_plain_on_a_terminal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_DRAWN_ROWS", 1)
    assert f"1000    {'x' * 300}\n" in shown_on_a_terminal(ROWS, monkeypatch)


def test_a_line_end_in_a_value_makes_no_row(capsys: pytest.CaptureFixture[str]) -> None:
    Output().table([("1\n2", "\x9b31m\ttab")])
    assert capsys.readouterr().out == "1\\n2  \\x9b31m\\ttab\n"


@pytest.mark.parametrize("output", [Output(json=True), Output()], ids=["json", "no rows"])
def test_json_and_no_rows_print_nothing(output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    output.table(ROWS if output.json else [], HEADING)
    assert capsys.readouterr().out == ""


def test_a_table_without_heading_begins_with_its_first_row() -> None:
    file = io.StringIO()
    Console(file=file, width=40).print(tables.drawn([("service", "annc")]))
    assert file.getvalue().split() == ["service", "annc"]
