"""A program that reads and writes JSON lines: outputs, death, time and memory, and what breaks the agreement."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from measurand.document.live import SystemLimit
from measurand.document.observation import Task
from measurand.errors import ProcedureError, RunError
from measurand.instrument.command import Command

HEAD = "import json, os, sys, time\nfor line in sys.stdin:\n    q = json.loads(line)\n    "
PROGRAMS = {
    "echo": "print(json.dumps({'output': q['question'], 'score': q['seed'] / 10}), flush=True)",
    "settings": "print(json.dumps({'value': q['settings']['t']}), flush=True)",
    "slow": "time.sleep(60 if q['item'] == '2' else 0); print(json.dumps({'value': str(os.getpid())}), flush=True)",
    "dies": "print('no memory left', file=sys.stderr, flush=True); os._exit(9)",
    "text": "print('yes', flush=True)",
    "odd": "print(json.dumps({'valeu': 1}), flush=True)",
    "twice": "print(json.dumps({'value': 1}) + chr(10) + json.dumps({'value': 2}), flush=True)",
    "status": "print(json.dumps({'status': 'broken'}), flush=True)",
    "refuses": "print(json.dumps({'status': 'refused', 'reason': 'policy'}), flush=True)",
    "nan": "print('{\"score\": NaN}', flush=True)",
    "greedy": "x = bytearray(1 << 30); print(json.dumps({'value': len(x)}), flush=True)",
    "endless": "sys.stdout.write('x' * 20_000_000); sys.stdout.flush(); time.sleep(60)",
}


def program(folder: Path, name: str, **limit: int) -> Command:
    (folder / "p.py").write_text(HEAD + PROGRAMS[name] + "\n")
    return Command(f"{sys.executable} p.py", folder, settings={"t": 0.5}, limit=SystemLimit(**limit))


def tasks(count: int = 3) -> list[Task]:
    return [Task("s", str(n), {}, 1, {"question": f"q{n}"}, seed=n) for n in range(1, count + 1)]


def test_outputs_in_the_order_of_the_tasks(tmp_path: Path) -> None:
    one = program(tmp_path, "echo")
    found = list(one.observe(tasks()))
    one.close()
    assert [o.output for o in found] == [{"score": f"0.{n}", "output": f"q{n}"} for n in (1, 2, 3)]
    assert set(one.identity()) == {"access", "target", f"sha256 of {sys.executable}", "sha256 of p.py"}


def test_settings_reach_the_program(tmp_path: Path) -> None:
    one = program(tmp_path, "settings")
    assert [o.output["value"] for o in one.observe(tasks(1))] == ["0.5"]
    one.close()


def test_no_answer_in_time_is_a_timeout_and_the_program_is_started_anew(tmp_path: Path) -> None:
    one = program(tmp_path, "slow", seconds=1)
    first, second, third = one.observe(tasks())
    one.close()
    assert (first.status, second.status, third.status) == ("ok", "timeout", "ok")
    assert first.output["value"] != third.output["value"]


def test_a_refusal_is_an_observation(tmp_path: Path) -> None:
    one = program(tmp_path, "refuses")
    (found,) = one.observe(tasks(1))
    one.close()
    assert (found.status, found.reason) == ("refused", "policy")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("dies", "no memory left"),
        ("text", "Expecting|not|JSON"),
        ("odd", "unknown key 'valeu'"),
        ("twice", "several lines"),
        ("status", "broken"),
        ("nan", "NaN"),
        ("endless", "above 16000000 bytes"),
    ],
)
def test_what_stops_the_run(tmp_path: Path, name: str, says: str) -> None:
    one = program(tmp_path, name)
    with pytest.raises(RunError, match=says):
        list(one.observe(tasks()))
    one.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of address space is that of Linux")
def test_memory_is_limited(tmp_path: Path) -> None:
    one = program(tmp_path, "greedy", memory=400_000_000)
    with pytest.raises(RunError, match="MemoryError"):
        list(one.observe(tasks(1)))
    one.close()


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProcedureError, match="no program that can be started"):
        Command("no-such-program --x", tmp_path)


def test_no_shell_runs_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text(HEAD + PROGRAMS["echo"] + "\n")
    one = Command(f"{sys.executable} p.py ; touch made", tmp_path)
    list(one.observe(tasks(1)))
    one.close()
    assert not (tmp_path / "made").exists()


def test_a_bare_name_is_no_file_beside_the_data(tmp_path: Path) -> None:
    script = tmp_path / "ask"
    script.write_text(f"#!{sys.executable}\n" + HEAD + PROGRAMS["echo"] + "\n")
    script.chmod(0o755)
    with pytest.raises(ProcedureError, match="no program that can be started"):
        Command("ask", tmp_path)
    one = Command("./ask", tmp_path)
    assert [o.output["output"] for o in one.observe(tasks(1))] == ["q1"]
    one.close()
