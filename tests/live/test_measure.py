"""From a procedure to a record with a live endpoint: prompts, settings, repeats, faults, kills, and what is kept."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

pytest.importorskip("aiohttp", reason="aiohttp is not installed")

from tests.live.test_asking import server, stats

from measurand.cli import main

PROCEDURE = """\
schema    = "measurand/procedure/1"
id        = "LIVE-01"
system    = {{ name = "m", access = "openai", url = "{url}", model = "m", settings = {{ temperature = 0 }} }}
reference = {{ file = "items.csv", item = "id", input = ["labels", "truth_line", "question"], value = "truth" }}
factor    = [ {{ id = "prompt", effect = "random", files = ["plain.txt", "polite.txt", "terse.txt"] }} ]
design    = {{ repeats = 2, concurrency = 8{limit} }}
scoring   = {{ kind = "normalised" }}
sampling  = {{ population = "questions" }}
status    = {{ unscored = "wrong" }}
measurand = [ {{ id = "right", quantity = "proportion" }} ]
"""


def folder_of(folder: Path, url: str, *, items: int = 30, limit: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    rows = [
        f"q{n},LABELS: yes|no,TRUTH: {'yes' if n % 2 else 'no'},question {n},{'yes' if n % 2 else 'no'}"
        for n in range(items)
    ]
    (folder / "items.csv").write_text("id,labels,truth_line,question,truth\n" + "\n".join(rows) + "\n")
    (folder / "plain.txt").write_text("{labels}\n{truth_line}\n{question}")
    (folder / "polite.txt").write_text("{labels}\n{truth_line}\nPlease answer: {question}")
    (folder / "terse.txt").write_text("{labels}\n{truth_line}\n{question}!")
    (folder / "p.measure.toml").write_text(PROCEDURE.format(url=url, limit=limit))
    return folder


def begun(folder: Path, *options: str, largest: int | None = None) -> subprocess.Popen[str]:
    """A run under way; no file that it writes can become larger than ``largest`` bytes."""

    def limited() -> None:
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    command = [sys.executable, "-m", "measurand", "measure", "p.measure.toml", "-q", *options]
    environment = {**os.environ, "OPENAI_API_KEY": "sk-secret-of-the-test"}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=limited,  # noqa: PLW1509 - this process has one thread
    )  # fmt: skip


def wait_for(folder: Path, *, lines: int, holding: bytes = b"") -> None:
    """Until the journal holds so many lines (``holding`` these bytes)."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for journal in (folder / "out" / ".unfinished").glob("*.jsonl"):
            if sum(holding in line for line in journal.read_bytes().splitlines()) >= lines:
                return
        time.sleep(0.02)
    raise AssertionError("the run wrote nothing")


def measure(folder: Path, *options: str, wait: float | None = None, largest: int | None = None) -> tuple[int, str]:
    """Exit code and what stderr says; killed after ``wait`` seconds, if given."""
    process = begun(folder, *options, largest=largest)
    if wait is not None:
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
    _, said = process.communicate()
    return process.returncode, said


def record_of(folder: Path) -> dict[str, bytes]:
    (record,) = (folder / "out").glob("LIVE-01-*")
    return {
        name: (record / name).read_bytes()
        for name in ("evidence.parquet", "results.json", "decisions.json", "parts.json")
    }


def test_faults_and_kills_give_the_record_of_an_unbroken_run(tmp_path: Path) -> None:
    with server("--seed", 3) as url:
        assert measure(folder_of(tmp_path / "plain", url))[0] == 0
        assert stats(url)["requests"] == 30 * 3 * 2  # a request for each repeat under each prompt
        port = url.split(":")[2].split("/")[0]
    faults = ("--fail-rate", 0.3, "--hang-s", 2, "--retry-after", 1, "--port", port, "--latency-ms", 20)
    with server("--seed", 3, *faults) as again:
        assert again == url  # the address is part of the procedure
        folder = folder_of(tmp_path / "broken", url)
        chance = random.Random(1)
        killed = 0
        while killed < 3 and measure(folder, wait=chance.uniform(0.6, 1.5))[0] == -signal.SIGKILL:
            killed += 1
        assert killed  # the later ones may find little left to do
        if not list((folder / "out").glob("LIVE-01-*")):
            assert measure(folder)[0] == 0
    assert record_of(folder) == record_of(tmp_path / "plain")
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"sk-secret" not in everything


def test_a_limit_holds_over_all_starts_until_it_is_extended(tmp_path: Path) -> None:
    with server("--seed", 3) as url:
        folder = folder_of(tmp_path, url, limit=", limit = { requests = 70 }")
        code, said = measure(folder)
        assert code == 5 and "limit of 70 requests" in said
        assert not list((folder / "out").glob("LIVE-01-*"))
        code, said = measure(folder)
        assert code == 5 and "--extend" in said
        assert stats(url)["requests"] == 70
        assert [measure(folder, "--extend")[0] for _ in range(2)] == [5, 0]
        assert stats(url)["requests"] == 180


def test_money_stops_a_run_where_the_tokens_that_were_paid_say_so(tmp_path: Path) -> None:
    price = '"m", price = { input = 2, output = 3, per = 1000, currency = "EUR" }'
    with server("--seed", 3) as url:
        folder = folder_of(tmp_path, url, limit=", limit = { money = 0.5 }")
        text = (folder / "p.measure.toml").read_text().replace('model = "m"', f"model = {price}")
        (folder / "p.measure.toml").write_text(text)
        code, said = measure(folder)
        assert code == 5 and "limit of 0.5 EUR" in said
        (journal,) = (folder / "out" / ".unfinished").glob("*.jsonl")
        kept = [json.loads(line)["output"] for line in journal.read_text().splitlines() if '"output"' in line]
        paid = sum((2 * int(one["tokens_in"]) + 3 * int(one["tokens_out"])) / 1000 for one in kept)
        dearest = max((2 * int(one["tokens_in"]) + 3 * int(one["tokens_out"])) / 1000 for one in kept)
        assert 0.5 <= paid < 0.5 + 8 * dearest  # those that were under way are waited for
        asked = stats(url)["requests"]
        assert measure(folder)[0] == 5 and stats(url)["requests"] == asked


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    with server("--seed", 3, "--latency-ms", 300) as url:
        folder = folder_of(tmp_path, url)
        first = begun(folder)
        try:
            wait_for(folder, lines=3)
            code, said = measure(folder)
        finally:
            first.kill()
            first.communicate()
    assert code == 5 and f"process {first.pid} on {socket.gethostname()}, since 20" in said


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    with server("--seed", 3) as url:
        assert measure(folder_of(tmp_path / "plain", url))[0] == 0
        folder = folder_of(tmp_path / "full", url)
        code, said = measure(folder, largest=9_000)
        assert code == 5 and "M0609" in said and "cannot be written" in said and "Traceback" not in said
        (journal,) = (folder / "out" / ".unfinished").glob("*.jsonl")
        held = [json.loads(line) for line in journal.read_text().splitlines()]  # whole lines only
        assert len(held) > 10
        before = stats(url)["requests"]
        assert measure(folder)[0] == 0
        observed = sum("output" in line for line in held)
        assert stats(url)["requests"] - before == 180 - observed
    assert record_of(folder) == record_of(tmp_path / "plain")


def test_what_an_endpoint_asked_to_wait_is_waited_over_a_kill(tmp_path: Path) -> None:
    with server("--fail-first", 1, "--faults", "429", "--retry-after", 4) as url:
        folder = folder_of(tmp_path, url, items=8)
        text = (folder / "p.measure.toml").read_text().replace("repeats = 2", "repeats = 1")
        (folder / "p.measure.toml").write_text(text)  # the server knows a question by its text alone
        first = begun(folder)
        wait_for(folder, lines=24, holding=b'"fault"')  # what is not on the disk when it is killed is asked at once
        first.kill()
        first.communicate()
        assert measure(folder)[0] == 0
        found = stats(url)
    assert found["early_retries"] == 0 and found["faults"]["429"] == 24


def test_the_budget_holds_prompts_and_repeats_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with server("--seed", 3, "--accuracy", 0.8, "--repeat-noise", 0.3) as url:
        folder = folder_of(tmp_path, url, items=60)
        text = (folder / "p.measure.toml").read_text().replace("temperature = 0", "temperature = 1")
        (folder / "p.measure.toml").write_text(text)
        assert measure(folder)[0] == 0
    (record,) = (folder / "out").glob("LIVE-01-*")
    (result,) = json.loads((record / "results.json").read_bytes())["results"]
    assert {"sampling", "repeatability", "conditions"} <= {
        line["component"] for line in result["budget"] if "u" in line
    }
    capsys.readouterr()
    assert main(["key", "new", "lab", "--dir", str(folder)]) == 0
    assert main(["certify", str(record), "--key", str(folder / "lab.pem")]) == 0
    main(["trace", str(record / "certificate.html"), "--key", str(folder / "lab.pub.pem")])
    chain = capsys.readouterr().out
    assert "chat completions of m" in chain and "endpoint: m" in chain and "callable" not in chain


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('url = "{url}"', 'url = "ftp://x"'), "no address"),
        (('model = "m"', 'model = "${NO_SUCH_NAME}"'), "NO_SUCH_NAME"),
        (('"plain.txt"', '"none.txt"'), "cannot be read"),
        (('access = "openai"', 'access = "openai", target = "x"'), "no effect"),
    ],
)
def test_bad_input(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    folder = folder_of(tmp_path, "http://[::1]:9/v1")
    text = PROCEDURE.replace(change[0], change[1].replace("{", "{{").replace("}", "}}"))
    (folder / "p.measure.toml").write_text(text.format(url="http://[::1]:9/v1", limit=""))
    code, said = measure(folder)
    assert code == 2 and says in said and "Traceback" not in said


def test_a_prompt_without_a_place_for_the_item(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "http://[::1]:9/v1")
    (folder / "polite.txt").write_text("Please answer.")
    code, said = measure(folder)
    assert code == 2 and "every item would get the same question" in said


def test_back_ends_and_models_are_levels_of_a_factor(tmp_path: Path) -> None:
    with server("--seed", 3, "--accuracy", 1) as good, server("--seed", 3, "--accuracy", 0) as bad:
        folder = folder_of(tmp_path, good, items=6)
        path = folder / "p.measure.toml"
        factors = f'{{ id = "backend", effect = "fixed", setting = "url", levels = ["{good}", "{bad}"] }}, '
        factors += '{ id = "release", effect = "fixed", setting = "model", levels = ["first", "second"] }, '
        path.write_text(path.read_text().replace("factor    = [ ", f"factor    = [ {factors}"))
        assert measure(folder)[0] == 0
        assert stats(good)["requests"] == stats(bad)["requests"] == 6 * 2 * 3 * 2
    (record,) = (folder / "out").glob("LIVE-01-*")
    columns = '"factor:backend", "factor:release", "value"'
    rows = duckdb.sql(f"select {columns}, count(*) from '{record}/evidence.parquet' group by all").fetchall()
    assert sorted(rows) == sorted(
        (url, release, value, 36) for url, value in ((good, "1"), (bad, "0")) for release in ("first", "second")
    )


def test_an_address_that_is_none_stops_the_run(tmp_path: Path) -> None:
    with server("--seed", 3) as url:
        folder = folder_of(tmp_path, url, items=4)
        path = folder / "p.measure.toml"
        factor = '{ id = "backend", effect = "fixed", setting = "url", levels = ["elsewhere", "${NOWHERE}"] }, '
        path.write_text(path.read_text().replace("factor    = [ ", f"factor    = [ {factor}"))
        code, said = measure(folder)
    assert code == 2 and ("M0616" in said or "M0615" in said) and "Traceback" not in said
