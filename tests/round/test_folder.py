"""A round by mail: nobody adapts a result, nobody is named, and what does not count is said."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from measurand.cli import main
from measurand.document.canonical import canonical
from measurand.document.round import Commitment, Opening, RoundStatement
from measurand.document.statement import Subject
from measurand.errors import MeasurandError
from measurand.lab import keys
from measurand.lab.envelope import signed
from measurand.lab.round_csv import from_table
from measurand.lab.round_folder import begin, close, commit, digest_of, join, leaving, prepare, reveal, withdraw
from measurand.lab.round_gathered import gathered, round_data, state
from measurand.study.round import Asked, reported

Capture = pytest.CaptureFixture[str]
PROTOCOL = """\
id = "R1"
title = "mass of a body"
coordinator = "NMI"
deadline = 2026-12-31T12:00:00Z
least = 2
[[quantity]]
measurand = "mass"
unit = "g"
"""
HEADER = "Laboratory,MeasuredValues,StdUnc,Measurand,Unit"
BEFORE = datetime(2026, 12, 1, tzinfo=UTC)
AFTER = datetime(2027, 1, 2, tzinfo=UTC)
VALUES = {"Alpha Lab": 10.01, "Beta Lab": 10.03, "Gamma Lab": 9.98, "Delta Lab": 10.02, "Epsilon Lab": 10.00}


def drafted_in(place: Path, text: str) -> Path:
    """A protocol file."""
    path = place / "protocol.toml"
    path.write_text(text)
    return path


class Round:
    """A round in a folder, with its participants' own folders beside it."""

    def __init__(self, place: Path) -> None:
        self.folder, self.place = place / "round", place
        keys.new(place, "coordinator")
        self.key = keys.private_key(place / "coordinator")
        begin(self.folder, drafted_in(place, PROTOCOL), self.key)
        self.code = {name: join(self.folder, self.mine(name), now=BEFORE) for name in VALUES}

    def mine(self, name: str) -> Path:
        return self.place / name

    def opening(self, name: str, value: float | None = None) -> Opening:
        path = self.place / f"{name}.csv"
        path.write_text(
            f"Laboratory,MeasuredValues,StdUnc,Measurand,Unit\n{name},{value or VALUES[name]},0.02,mass,g\n"
        )
        return prepare(self.folder, self.mine(name), from_table(path))

    def commit(self, name: str, value: float | None = None) -> Path:
        return commit(self.folder, self.mine(name), self.opening(name, value), now=BEFORE)

    def closed(self) -> Round:
        for name in VALUES:
            self.commit(name)
        close(self.folder, self.key, now=AFTER)
        for name in VALUES:
            reveal(self.folder, self.mine(name))
        return self


@pytest.fixture
def round_(tmp_path: Path) -> Round:
    return Round(tmp_path)


def said(round_: Round) -> str:
    return " | ".join(gathered(round_.folder).remarks)


def test_a_whole_round_gives_every_result_under_its_code(round_: Round) -> None:
    (q,) = round_data(round_.closed().folder).quantities
    assert {s.laboratory: float(s.value) for s in q.submitted} == {round_.code[n]: v for n, v in VALUES.items()}
    assert set(state(gathered(round_.folder)).values()) == {"opened"} and said(round_) == ""


def test_no_public_file_names_a_participant(round_: Round) -> None:
    folder = round_.closed().folder
    text = "".join(p.read_text() for p in folder.rglob("*") if p.is_file()) + " ".join(map(str, folder.rglob("*")))
    assert not any(name in text for name in VALUES) and len(set(round_.code.values())) == len(VALUES)


def test_a_commitment_does_not_tell_the_result(round_: Round) -> None:
    """The same result twice gives two hashes: nobody finds it by trying values."""
    one, other = round_.opening("Alpha Lab"), round_.opening("Alpha Lab")
    assert one.salt != other.salt and one.quantity == other.quantity
    text = round_.commit("Alpha Lab").read_text()
    assert "10.01" not in text


def test_what_leaves_is_listed_whole(round_: Round) -> None:
    opening = round_.opening("Alpha Lab")
    rows = dict(leaving(opening))
    assert rows["quantity[1].result.value"] == "10.01" and rows["quantity[1].result.u"] == "0.02"
    values = json.loads(opening.model_dump_json(exclude_none=True, by_alias=True))
    count = sum(1 for _ in _leaves(values))
    assert len(rows) == count


def _leaves(value: object):  # type: ignore[no-untyped-def]
    if isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


def test_an_adapted_opening_is_named_and_not_used(round_: Round) -> None:
    folder = round_.closed().folder
    path = folder / "openings" / f"{round_.code['Beta Lab']}.json"
    path.write_bytes(path.read_bytes().replace(b"10.03", b"10.01"))
    assert "is not what was committed to" in said(round_)
    assert round_.code["Beta Lab"] not in {s.laboratory for s in round_data(folder).quantities[0].submitted}


def test_every_changed_byte_of_an_opening_is_found(round_: Round) -> None:
    folder = round_.closed().folder
    code = round_.code["Alpha Lab"]
    path = folder / "openings" / f"{code}.json"
    data = path.read_bytes()
    for k in range(0, len(data), 7):
        path.write_bytes(data[:k] + bytes([data[k] ^ 1]) + data[k + 1 :])
        assert code not in gathered(folder).openings
    path.write_bytes(data)
    assert code in gathered(folder).openings


@pytest.mark.parametrize("name", ["protocol.json", "closing.json"])
def test_every_changed_byte_of_what_the_coordinator_signed_is_found(round_: Round, name: str) -> None:
    folder = round_.closed().folder
    data = (folder / name).read_bytes()
    for k in range(0, len(data), 11):
        (folder / name).write_bytes(data[:k] + bytes([data[k] ^ 1]) + data[k + 1 :])
        with pytest.raises(MeasurandError):
            round_data(folder)


def test_what_comes_after_the_closing_is_named_and_not_used(round_: Round) -> None:
    folder = round_.closed().folder
    with pytest.raises(MeasurandError, match="closed"):
        round_.commit("Alpha Lab", 10.5)
    with pytest.raises(MeasurandError, match="closed"):
        withdraw(folder, round_.mine("Alpha Lab"), "seen the others", now=AFTER)
    other = Round(round_.place / "other")
    late = commit(other.folder, other.mine("Alpha Lab"), other.opening("Alpha Lab"), now=BEFORE)
    shutil.copy(late, folder / "commitments" / "late.json")
    assert "late.json" in said(round_)
    assert len(round_data(folder).quantities[0].submitted) == len(VALUES)


def test_an_amendment_counts_and_two_of_one_number_do_not(round_: Round) -> None:
    round_.commit("Alpha Lab", 11.0)
    round_.closed()
    assert "amended" in said(round_)
    values = {s.laboratory: float(s.value) for s in round_data(round_.folder).quantities[0].submitted}
    assert values[round_.code["Alpha Lab"]] == VALUES["Alpha Lab"]


def test_two_commitments_of_one_number(round_: Round) -> None:
    first = round_.commit("Alpha Lab", 11.0)
    data = first.read_bytes()
    first.unlink()
    round_.commit("Alpha Lab")
    (round_.folder / "commitments" / "again.json").write_bytes(data)
    for name in [*VALUES][1:]:
        round_.commit(name)
    close(round_.folder, round_.key, now=AFTER)
    assert "two commitments" in said(round_) and round_.code["Alpha Lab"] not in gathered(round_.folder).commitments


def test_withdrawn_and_not_opened(round_: Round) -> None:
    for name in VALUES:
        round_.commit(name)
    withdraw(round_.folder, round_.mine("Alpha Lab"), "faulty balance", now=BEFORE)
    close(round_.folder, round_.key, now=AFTER)
    for name in [*VALUES][:-1]:
        reveal(round_.folder, round_.mine(name))
    data = round_data(round_.folder)
    assert len(data.quantities[0].submitted) == 3
    text = " ".join(data.remarks)
    assert "faulty balance" in text and f"{round_.code['Epsilon Lab']}: committed and not opened" in text


def test_the_coordinator_alone_closes_and_not_before_the_deadline(round_: Round) -> None:
    for name in VALUES:
        round_.commit(name)
    with pytest.raises(MeasurandError, match="deadline"):
        close(round_.folder, round_.key, now=BEFORE)
    with pytest.raises(MeasurandError, match="key"):
        close(round_.folder, keys.private_key(round_.mine("Alpha Lab") / "round"), now=AFTER)
    with pytest.raises(MeasurandError, match="not closed"):
        reveal(round_.folder, round_.mine("Alpha Lab"))
    with pytest.raises(MeasurandError, match="not closed"):
        round_data(round_.folder)
    close(round_.folder, round_.key, now=BEFORE, early="all have submitted")
    for name in VALUES:
        reveal(round_.folder, round_.mine(name))
    assert "all have submitted" in " ".join(round_data(round_.folder).remarks)


@pytest.mark.parametrize(("rows", "said_"), [
    ("A,1,0.1,mass,kg", "asks for g"), ("A,1,0.1,length,g", "length, mass"), ("A,1,0.1,mass,g\nB,1,0.1,mass,g", "A, B"),
])  # fmt: skip
def test_submissions_that_are_not_what_was_asked(round_: Round, rows: str, said_: str) -> None:
    path = round_.place / "x.csv"
    path.write_text(f"{HEADER}\n{rows}\n")
    with pytest.raises(MeasurandError, match=said_):
        prepare(round_.folder, round_.mine("Alpha Lab"), from_table(path))


FIRST_FORMAT = Path(__file__).parent / "first_format"
"""A round as the program wrote it when rounds were new (three laboratories, one quantity)."""


def test_a_round_of_the_first_format_is_still_read() -> None:
    """What is signed must come out as the same bytes, whatever fields were added since."""
    data = round_data(FIRST_FORMAT)
    assert [len(q.submitted) for q in data.quantities] == [3]
    assert {s.value[:3] for s in data.quantities[0].submitted} == {"1.0"}
    assert set(state(gathered(FIRST_FORMAT)).values()) == {"opened"}
    assert not any(".json" in text for text in data.remarks)


def test_protocols_that_are_none(tmp_path: Path) -> None:
    keys.new(tmp_path, "k")
    key = keys.private_key(tmp_path / "k")
    for text in (
        "id = ",
        'id = "a"',
        PROTOCOL.replace("least", "leest"),
        PROTOCOL.replace("2026-12-31T12:00:00Z", '"soon"'),
    ):
        with pytest.raises(MeasurandError):
            begin(tmp_path / "r", drafted_in(tmp_path, text), key)
        assert not (tmp_path / "r" / "protocol.json").exists()


def test_by_the_command_line(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    soon = datetime.now(UTC) + timedelta(days=3)
    (tmp_path / "p.toml").write_text(PROTOCOL.replace("2026-12-31T12:00:00Z", f"{soon:%Y-%m-%dT%H:%M:%SZ}"))
    assert main(["round", "new", "draft"]) == 0 and "[[quantity]]" in (tmp_path / "draft" / "protocol.toml").read_text()
    assert main(["key", "new", "boss", "--dir", "."]) == 0
    assert main(["round", "new", "r", "--from", "p.toml", "--key", "boss"]) == 0
    for name, value in VALUES.items():
        mine = name.split()[0]
        (tmp_path / f"{mine}.csv").write_text(
            f"Laboratory,MeasuredValues,StdUnc,Measurand,Unit\nus,{value},0.02,mass,g\n"
        )
        assert main(["round", "join", "r", "--mine", mine]) == 0
        capsys.readouterr()
        assert main(["round", "submit", "r", f"{mine}.csv", "--mine", mine]) == 2  # nobody was asked: nothing leaves
        assert "nothing was committed" in capsys.readouterr().err
        assert main(["round", "submit", "r", f"{mine}.csv", "--mine", mine, "--yes"]) == 0
        assert f"  {value:g}\n" in capsys.readouterr().out
    assert main(["round", "open", "r", "--mine", "Alpha"]) == 2
    assert main(["round", "new", "s", "--from", "none.toml", "--key", "boss"]) == 2
    assert main(["round", "close", "r", "--key", "boss"]) == 2 and "deadline" in capsys.readouterr().err
    assert main(["round", "close", "r", "--key", "boss", "--early", "complete"]) == 0
    for name in VALUES:
        assert main(["round", "open", "r", "--mine", name.split()[0]]) == 0
    capsys.readouterr()
    assert main(["round", "status", "r", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["participants"].values()) == {"opened"}
    assert main(["round", "report", "r", "--out", "r.html"]) == 0
    out = capsys.readouterr().out
    assert "mass of a body" in out and out.count("P-") >= len(VALUES) and "complete" in out


def test_the_protocol_fixes_method_reference_and_scores(tmp_path: Path) -> None:
    """Reference 10 with u 0.01, sigma_pt 0.02: z = (x - 10) / 0.02; another method than the protocol's is said."""
    keys.new(tmp_path, "k")
    stated = "reference = 10\nreference_u = 0.01\nsigma_pt = 0.02\nreplicates = 2\n"
    text = PROTOCOL.replace("least = 2", 'least = 2\nmethod = "reml"') + stated
    round_ = Round.__new__(Round)
    round_.folder, round_.place, round_.key = tmp_path / "round", tmp_path, keys.private_key(tmp_path / "k")
    begin(round_.folder, drafted_in(tmp_path, text), round_.key)
    round_.code = {name: join(round_.folder, round_.mine(name), now=BEFORE) for name in VALUES}
    data = round_data(round_.closed().folder)
    found = reported(data, Asked())
    (q,) = found.quantities
    assert found.method == "reml" and q.reference_from == "outside" and q.reference is not None
    assert float(q.reference.value) == 10.0 and q.scored is not None
    names = {code: name for name, code in round_.code.items()}
    for row in q.scored.rows:
        assert float(row.z or "nan") == pytest.approx((VALUES[names[row.laboratory]] - 10.0) / 0.02)
    assert sum("the protocol asks for 2" in text for text in found.remarks) == len(VALUES)
    assert keys.fingerprint(round_.key.public_key()) in " ".join(found.remarks)
    other = reported(data, Asked(method="fixed"))
    assert other.method == "fixed" and any("the protocol fixed reml" in text for text in other.remarks)


@pytest.mark.parametrize("extra", ["reference = 10", "sigma_pt = -1", "replicates = 0", "reference_u = 0.1"])
def test_protocols_that_state_half(tmp_path: Path, extra: str) -> None:
    keys.new(tmp_path, "k")
    with pytest.raises(MeasurandError, match="protocol"):
        begin(tmp_path / "r", drafted_in(tmp_path, f"{PROTOCOL}{extra}\n"), keys.private_key(tmp_path / "k"))


@pytest.mark.parametrize("wrong", ['"u":"-0.02"', '"u":"infinite"', '"u":"0"', '"u":"0.02","df":"0"'])
def test_one_bad_result_never_stops_the_report(round_: Round, wrong: str) -> None:
    """An opening of another program that is what was committed to, and no result."""
    mine, code = round_.mine("Alpha Lab"), round_.code["Alpha Lab"]
    data = canonical(round_.opening("Alpha Lab")).replace(b'"u":"0.02"', wrong.encode())
    digest, at = hashlib.sha256(data).hexdigest(), digest_of(round_.folder / "protocol.json")
    step = Commitment(protocol=at, code=code, number=1, digest=digest, at="2026-12-01T00:00:00Z")
    subject = Subject(name="c", digest={"sha256": digest})
    envelope = signed(RoundStatement(subject=(subject,), predicate=step), keys.private_key(mine / "round"))
    (round_.folder / "commitments").mkdir()
    (round_.folder / "commitments" / f"{code}-1.json").write_bytes(envelope)
    for name in [*VALUES][1:]:
        round_.commit(name)
    close(round_.folder, round_.key, now=AFTER)
    for name in [*VALUES][1:]:
        reveal(round_.folder, round_.mine(name))
    (round_.folder / "openings" / f"{code}.json").write_bytes(data)
    found = reported(round_data(round_.folder), Asked())
    assert len(found.quantities[0].participants) == len(VALUES) - 1
    assert any(f"{code}.json" in text for text in found.remarks)
