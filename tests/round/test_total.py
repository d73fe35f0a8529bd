"""Totals by pairwise masks: exact sums, messages that tell nothing, and nobody missing, changed or twice."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from measurand.cli import main
from measurand.document.number import real
from measurand.document.round_total import Masked, Total
from measurand.errors import DesignError, MeasurandError
from measurand.lab import keys
from measurand.lab.round_folder import begin, join, withdraw
from measurand.lab.round_total import counted, masked, members, send, total
from measurand.study.pooled import pooled

Capture = pytest.CaptureFixture[str]
NOW = datetime(2026, 12, 1, tzinfo=UTC)
PROTOCOL = """\
id = "T1"
title = "missed findings"
coordinator = "NMI"
deadline = 2026-12-31T12:00:00Z
[[total]]
measurand = "missed"
kind = "share"
largest = 1000
[[total]]
measurand = "reading time"
kind = "mean"
unit = "s"
range = [0, 600]
decimals = 2
largest = 1000
"""
Held = Mapping[str, Sequence[tuple[str, str]]]


class Round:
    """A round that asks for totals, with participants' own folders beside it."""

    def __init__(self, place: Path, count: int, text: str = PROTOCOL) -> None:
        self.folder, self.place = place / "round", place
        place.mkdir(exist_ok=True)
        keys.new(place, "coordinator")
        self.key = keys.private_key(place / "coordinator")
        (place / "protocol.toml").write_text(text)
        begin(self.folder, place / "protocol.toml", self.key)
        self.code = [join(self.folder, self.mine(k), now=NOW) for k in range(count)]
        rng = np.random.default_rng(7)
        self.missed = [(rng.random(20 + k) < 0.2).astype(int) for k in range(count)]
        self.time = [np.round(rng.gamma(4.0, 20.0, 30 + k), 2) for k in range(count)]

    def mine(self, k: int) -> Path:
        return self.place / f"lab {k}"

    def table(self, k: int, missed: Sequence[int] | None = None) -> Path:
        path = self.place / f"{k}.csv"
        with path.open("w", newline="") as stream:
            out = csv.writer(stream)
            out.writerow(["Measurand", "Item", "Value"])
            own = self.missed[k] if missed is None else missed
            out.writerows(["missed", f"i{n}", int(x)] for n, x in enumerate(own))
            out.writerows(["reading time", f"i{n}", f"{x:.2f}"] for n, x in enumerate(self.time[k]))
        return path

    def message(self, k: int, missed: Sequence[int] | None = None) -> tuple[Masked, Path]:
        counts = counted(self.folder, self.table(k, missed), trusted={})
        return masked(self.folder, self.mine(k), counts, now=NOW)

    def add(self, k: int) -> Path:
        step, path = self.message(k)
        send(self.mine(k), step, path)
        return path

    def whole(self) -> Round:
        members(self.folder, self.key, now=NOW)
        for k in range(len(self.code)):
            self.add(k)
        return self


@pytest.mark.parametrize("count", [3, 5, 10])
def test_sums_are_exact_and_results_are_those_of_all_items_together(tmp_path: Path, count: int) -> None:
    """Sums to the integer; the share's limits against scipy's exact ones, the mean's against its t interval."""
    made = Round(tmp_path, count).whole()
    share, mean = total(made.folder).totals
    missed, time = np.concatenate(made.missed), np.concatenate(made.time)
    assert share.statistics == {"items": str(len(missed)), "events": str(missed.sum())}
    steps = [Fraction(f"{x:.2f}") * 100 for x in time]
    assert mean.statistics == {
        "items": str(len(time)), "sum": str(sum(steps)), "squares": str(sum(s * s for s in steps)),
    }  # fmt: skip
    exact = stats.binomtest(int(missed.sum()), len(missed)).proportion_ci(0.95, method="exact")
    assert (real(share.lower or ""), real(share.upper or "")) == pytest.approx((exact.low, exact.high), rel=1e-6)
    u = time.std(ddof=1) / np.sqrt(len(time))
    assert real(mean.value or "") == pytest.approx(time.mean(), rel=1e-12)
    assert real(mean.u or "") == pytest.approx(u, rel=1e-9)
    low, high = stats.t.interval(0.95, len(time) - 1, time.mean(), u)
    assert (real(mean.lower or ""), real(mean.upper or "")) == pytest.approx((low, high), rel=1e-6)


def test_a_message_alone_looks_random_and_changes_with_every_round(tmp_path: Path) -> None:
    """Bytes of messages of 40 rounds with the same small counts: chi-square of 256 values, and no count to be seen."""
    found = b""
    for n in range(40):
        made = Round(tmp_path / str(n), 3)
        members(made.folder, made.key, now=NOW)
        step, _ = made.message(0)
        found += bytes.fromhex("".join(step.values))
    seen = np.bincount(np.frombuffer(found, np.uint8), minlength=256)
    # keys are random: one run of 10,000 fails
    assert stats.chisquare(seen).pvalue > 1e-4 and len(found) == 40 * 5 * 16


def test_what_two_send_does_not_add_up_without_the_third(tmp_path: Path) -> None:
    made = Round(tmp_path, 3).whole()
    (made.folder / "totals" / "1" / f"{made.code[2]}.json").unlink()
    with pytest.raises(MeasurandError, match=made.code[2]) as caught:
        total(made.folder)
    assert caught.value.findings[0].hint
    values = [made.message(k)[0].values for k in (0, 1)]
    sums = [(int(a, 16) + int(b, 16)) % 2**128 for a, b in zip(*values, strict=True)]
    assert all(2**100 < s < 2**128 - 2**100 for s in sums)


def test_those_who_are_left_begin_again(tmp_path: Path) -> None:
    made = Round(tmp_path, 4)
    members(made.folder, made.key, now=NOW)
    first = [made.add(k).read_bytes() for k in range(3)]
    with pytest.raises(MeasurandError, match=made.code[3]):
        total(made.folder)
    withdraw(made.folder, made.mine(3), "no data", now=NOW)
    path, codes = members(made.folder, made.key, now=NOW)
    assert path.parent.name == "2" and sorted(codes) == sorted(made.code[:3])
    again = [made.add(k) for k in range(3)]
    assert all(p.read_bytes() != before for p, before in zip(again, first, strict=True))
    found = total(made.folder)
    assert found.attempt == 2 and found.totals[0].statistics["items"] == str(sum(map(len, made.missed[:3])))
    with pytest.raises(MeasurandError, match="not among"):
        made.message(3)


def test_a_complete_attempt_is_not_begun_again(tmp_path: Path, capsys: Capture) -> None:
    """The totals of four and of three of them would show what the fourth counted."""
    made = Round(tmp_path, 4).whole()
    withdraw(made.folder, made.mine(3), "regret", now=NOW)
    with pytest.raises(MeasurandError, match="everybody has added"):
        members(made.folder, made.key, now=NOW)
    (made.folder / "totals" / "1" / f"{made.code[0]}.json").unlink()
    members(made.folder, made.key, now=NOW)
    words = [str(made.folder), str(made.table(1)), "--mine", str(made.mine(1)), "--yes"]
    assert main(["round", "add", *words]) == 0
    out = capsys.readouterr().out
    assert f"Not in it any more: {made.code[3]}" in out


def test_other_numbers_under_the_same_masks_are_refused(tmp_path: Path) -> None:
    made = Round(tmp_path, 3)
    members(made.folder, made.key, now=NOW)
    path = made.add(0)
    sent = path.read_bytes()
    step, _ = made.message(0)
    path.unlink()
    send(made.mine(0), step, path)
    assert path.read_bytes() == sent
    with pytest.raises(MeasurandError, match="same masks"):
        made.message(0, missed=[0] * 20)


def test_every_changed_file_is_found(tmp_path: Path, subtests: pytest.Subtests) -> None:
    made = Round(tmp_path, 3).whole()
    total(made.folder)
    place = made.folder / "totals" / "1"
    message = place / f"{made.code[1]}.json"
    participant = made.folder / "participants" / f"{made.code[1]}.json"
    for path in (message, place / "members.json", participant):
        before = path.read_bytes()
        for at in np.linspace(5, len(before) - 5, 12).astype(int):
            with subtests.test(path=path.name, at=int(at)):
                path.write_bytes(before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :])
                with pytest.raises(MeasurandError):
                    total(made.folder)
        path.write_bytes(before)
    other = place / f"{made.code[2]}.json"
    held = message.read_bytes()
    message.write_bytes(other.read_bytes())
    with pytest.raises(MeasurandError, match=made.code[1]):
        total(made.folder)
    message.write_bytes(held)
    total(made.folder)


def test_an_outsider_cannot_name_members_or_send(tmp_path: Path) -> None:
    made = Round(tmp_path, 3)
    keys.new(tmp_path, "stranger")
    stranger = keys.private_key(tmp_path / "stranger")
    with pytest.raises(MeasurandError, match="signed the protocol"):
        members(made.folder, stranger, now=NOW)
    members(made.folder, made.key, now=NOW)
    late = join(made.folder, made.mine(9), now=NOW)
    made.code.append(late)
    made.missed, made.time = [*made.missed, *made.missed] * 4, [*made.time, *made.time] * 4
    with pytest.raises(MeasurandError, match="not among"):
        made.message(9)


def test_two_participants_are_refused(tmp_path: Path) -> None:
    made = Round(tmp_path, 2)
    with pytest.raises(MeasurandError, match="at least 3"):
        members(made.folder, made.key, now=NOW)


@pytest.mark.parametrize(("rows", "said"), [
    (["missed,a,2", "reading time,a,1"], "0 or 1"), (["missed,a,x"], "a number"),
    (["missed,a,1", "missed,a,1"], "twice"), (["missed,a,nan", "reading time,a,1"], "0 or 1"),
    (["missed,a,1", "reading time,a,601"], "0 to 600"), (["missed,a,1"], "reading time"),
    (["missed,a,1", "reading time,a,1", "other,a,1"], "other"),
])  # fmt: skip
def test_tables_that_are_none_are_named(tmp_path: Path, rows: list[str], said: str) -> None:
    made = Round(tmp_path, 3)
    path = tmp_path / "bad.csv"
    path.write_text("\n".join(["Measurand,Item,Value", *rows]) + "\n")
    with pytest.raises(MeasurandError, match=said):
        counted(made.folder, path, trusted={})
    path.write_text("Measurand;Item;Value\n")
    with pytest.raises(MeasurandError, match="no column"):
        counted(made.folder, path, trusted={})
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MeasurandError, match="utf-8"):
        counted(made.folder, path, trusted={})


def test_impossible_sums_are_no_result() -> None:
    """What comes out when a participant used other keys, or lied beyond what it may count."""
    share = Total(measurand="m", kind="share", largest=10)
    for sums in ({"items": 31, "events": 3}, {"items": 20, "events": 21}, {"items": 2**127, "events": 5}):
        with pytest.raises(DesignError, match="none that data can have"):
            pooled(share, sums, participants=3, level=0.95)
    mean = Total(measurand="m", kind="mean", largest=10, range=("0", "1"), decimals=0)
    for sums in ({"items": 20, "sum": 10, "squares": 4}, {"items": 20, "sum": 10, "squares": 11}):
        with pytest.raises(DesignError, match="none that data can have"):
            pooled(mean, sums, participants=3, level=0.95)


def test_few_items_and_no_spread_are_not_shown() -> None:
    share = Total(measurand="m", kind="share", largest=10, least=20)
    few = pooled(share, {"items": 19, "events": 3}, participants=3, level=0.95)
    assert few.value is None and few.statistics == {} and "20" in few.text
    mean = Total(measurand="m", kind="mean", largest=10, range=("0", "1"), decimals=0)
    equal = pooled(mean, {"items": 20, "sum": 20, "squares": 20}, participants=3, level=0.95)
    assert equal.value is None and "not evaluated" in equal.text
    none = pooled(share, {"items": 20, "events": 0}, participants=3, level=0.95)
    assert real(none.u or "") > 0.0 and real(none.upper or "") == pytest.approx(1 - 0.025 ** (1 / 20), rel=1e-9)


def test_by_the_verbs(tmp_path: Path, capsys: Capture) -> None:
    """From the protocol to the totals; counts are shown before anything leaves, and nothing leaves without a yes."""
    made = Round(tmp_path, 3)
    words = [str(made.folder)]
    assert main(["round", "total", *words]) == 2 and "M0879" in capsys.readouterr().err
    assert main(["round", "members", *words, "--key", str(tmp_path / "coordinator.pem")]) == 0
    capsys.readouterr()
    adding = [["round", "add", *words, str(made.table(k)), "--mine", str(made.mine(k))] for k in range(3)]
    assert main(adding[0]) == 2
    out = capsys.readouterr().out
    assert f"missed events         {made.missed[0].sum()}" in out and made.code[1] in out
    assert not (made.folder / "totals" / "1" / f"{made.code[0]}.json").exists()
    for k, one in enumerate(adding):
        assert main([*one, "--yes"]) == 0
        capsys.readouterr()
        assert main(["round", "status", *words]) == 0
        out = capsys.readouterr().out
        assert f"{k + 1} of 3 participants have added" in out and (made.code[2] in out.splitlines()[-1]) == (k < 2)
        assert main(["round", "status", *words, "--json"]) == 0
        assert len(json.loads(capsys.readouterr().out)["totals"]["missing"]) == 2 - k
    capsys.readouterr()
    assert main(["round", "total", *words]) == 0
    out = capsys.readouterr().out
    assert "missed" in out and "one population" in " ".join(out.split()) and max(map(len, out.splitlines())) <= 80
    assert main(["round", "total", *words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "measurand/round-total/1" and found["totals"][0]["u"] > 0.0


def test_a_round_without_totals_has_no_masks(tmp_path: Path) -> None:
    text = PROTOCOL.partition("[[total]]")[0] + '[[quantity]]\nmeasurand = "mass"\n'
    made = Round(tmp_path, 3, text)
    assert not (made.mine(0) / "exchange.key").exists()
    with pytest.raises(MeasurandError, match="no totals"):
        members(made.folder, made.key, now=NOW)
