"""What a terminal sees: the verbs, progress on stderr only, no colour where none is wanted."""

from __future__ import annotations

import io
from typing import Any

import pytest

from measurand.cli import EVERYDAY, MORE
from measurand.cli.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits two seconds in a test; and the environment of the test run plays no part."""
    monkeypatch.setattr("measurand.cli.progress.PATIENCE", -1.0)
    for name in ("CI", "TERM"):
        monkeypatch.delenv(name, raising=False)


def shown(stream: io.StringIO, *, quiet: bool = False) -> str:
    progress = Progress(quiet=quiet, stream=stream)
    for done in range(1, 101):
        progress.observed(done * 10, 1000)
    progress.finish()
    return stream.getvalue()


@pytest.mark.usefixtures("late")
def test_one_line_on_a_terminal() -> None:
    text = shown(Terminal())
    assert "\n" not in text
    assert "1,000/1,000" in text
    assert text.endswith("\r\x1b[K")


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_plain_lines_where_no_line_can_be_redrawn(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert "\x1b" not in shown(Terminal())


@pytest.mark.usefixtures("late")
def test_one_line_per_ten_per_cent_elsewhere() -> None:
    lines = shown(io.StringIO()).splitlines()
    assert len(lines) == 10
    assert [line.split()[1] for line in lines] == [str(tens) for tens in range(10, 101, 10)]


def test_nothing_in_the_first_two_seconds_and_nothing_when_quiet() -> None:
    assert shown(io.StringIO()) == ""
    assert shown(io.StringIO(), quiet=True) == ""


def test_bare_command_lists_the_verbs(run: Any) -> None:
    ended = run()
    assert ended.code == 0
    everyday, more = ended.out.split("More:")
    assert [name for name in EVERYDAY if f"  {name} " not in everyday] == []
    assert [name for name in MORE if f"  {name} " not in more] == []


def test_result_on_stdout_and_notes_on_stderr(folder: Any, run: Any) -> None:
    ended = run("measure", "try.measure.toml")
    assert "acc" in ended.out
    assert "\x1b" not in ended.out + ended.err
    assert ended.err == ""


def test_completion(run: Any) -> None:
    for shell in ("bash", "zsh", "fish"):
        assert "_MEASURAND_COMPLETE" in run("completion", shell).out
