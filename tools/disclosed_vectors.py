"""The test vectors of private evidence: certificates that commit to their items, and items that are opened."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measurand.document.canonical import canonical
from measurand.document.disclosure import Asked, Challenge, Secret
from measurand.document.evidence import Evidence
from measurand.lab import merkle
from measurand.lab.committed import SECRET, committed
from measurand.lab.disclosure import drawn
from measurand.lab.status import spoken_of
from measurand.lab.store import document, load_evidence

KEPT, OWN = "the auditor's seed", bytes(range(32))
"""The seed of the challenge, and the secret from which the salts follow: everybody has both."""
Change = Callable[[dict[str, Any]], None]


@dataclass
class Disclosing:
    """One file of opened items for one certificate, and what must be said of it."""

    name: str
    says: str
    certificate: bytes
    states: dict[str, str]
    given: dict[str, bytes] = field(default_factory=dict)
    """Option of both commands -> the bytes of its file."""


def with_secret(folder: Path) -> None:
    """Put the secret into a record before it is certified."""
    (folder / SECRET).write_bytes(canonical(Secret(secret=OWN.hex())))


class Private:
    """A certified record with private evidence, and what can be opened of it."""

    def __init__(self, folder: Path, certificate: bytes, signed: Callable[[bytes], bytes], predicate: Any) -> None:
        self.certificate, self.signed = certificate, signed
        self.statement = json.loads(base64.b64decode(json.loads(certificate)["payload"]))
        evidence = document(folder / "evidence.json", Evidence)
        self.tree = committed(load_evidence(folder, evidence), OWN)
        self.one = spoken_of(certificate, predicate)

    def opened(self, *positions: int, asked: Asked | None = None, change: Change | None = None) -> bytes:
        """The file that opens some positions, changed."""
        items = [
            {"position": p, "item": self.tree.items[p], "salt": self.tree.salts[p].hex(),
             "path": [one.hex() for one in merkle.path(self.tree.levels, p)],
             "rows": [dict(row) for row in self.tree.rows.of(self.tree.items[p])]}
            for p in positions
        ]  # fmt: skip
        found = {"schema": "measurand/disclosed/1", "certificate": self.one.model_dump(), "opened": items}
        found |= {"asked": asked.model_dump()} if asked is not None else {}
        if change is not None:
            change(found)
        return canonical(found)

    def dishonest(self, change: Callable[[list[dict[str, str]]], None]) -> tuple[bytes, bytes]:
        """A certificate over rows of item 0 that the evidence does not have, and that item opened."""
        rows = [dict(row) for row in self.tree.rows.of(self.tree.items[0])]
        change(rows)
        leaves = [merkle.leaf(self.tree.salts[0] + canonical(rows)), *self.tree.levels[0][1:]]
        tree = merkle.levels(leaves)
        statement = json.loads(json.dumps(self.statement))
        statement["predicate"]["disclosure"]["root"] = tree[-1][0].hex()
        data = self.signed(canonical(statement))

        def altered(found: dict[str, Any]) -> None:
            found["certificate"]["sha256"] = hashlib.sha256(data).hexdigest()
            found["opened"][0] |= {"rows": rows, "path": [one.hex() for one in merkle.path(tree, 0)]}

        return data, self.opened(0, change=altered)

    def stated(self, change: Change) -> bytes:
        """The certificate with another disclosure, signed by the laboratory."""
        statement = json.loads(json.dumps(self.statement))
        change(statement["predicate"])
        return self.signed(canonical(statement))

    def vectors(self, openly: bytes) -> list[Disclosing]:
        """All vectors of private evidence; ``openly`` is a certificate whose evidence is open."""
        return [*self._sound(), *self._altered(), *self._asked(), *self._lies(openly)]

    def _sound(self) -> list[Disclosing]:
        every = self.opened(*range(len(self.tree.items)))
        chosen = {"items": "passed", "challenge": "not checked"}
        return [
            Disclosing("private", "private evidence; nothing is opened", self.certificate,
                       {"disclosure": "not checked"}),
            Disclosing("opened", "two items that the laboratory chose", self.certificate, chosen,
                       {"--disclosed": self.opened(3, 29)}),
            Disclosing("opened-all", "all items, which are the signed table", self.certificate,
                       {**chosen, "all items": "passed"}, {"--disclosed": every}),
        ]  # fmt: skip

    def _altered(self) -> list[Disclosing]:
        def first(**fields: Any) -> Change:
            return lambda found: found["opened"][0].update(fields)

        def cut(found: dict[str, Any]) -> None:
            found["opened"][0]["path"].pop()

        def longer(found: dict[str, Any]) -> None:
            found["opened"][0]["path"].append("0" * 64)

        def row(found: dict[str, Any]) -> None:
            found["opened"][0]["rows"][0]["value"] = "11"

        said: list[tuple[str, str, Change, dict[str, str]]] = [
            ("row", "another number in a row", row, {"items": "failed"}),
            ("salt", "another salt", first(salt="0" * 64), {"items": "failed"}),
            ("position", "another position", first(position=4), {"items": "failed"}),
            ("path-short", "a hash of the path is missing", cut, {"items": "failed"}),
            ("path-long", "the path goes on above the root", longer, {"items": "failed"}),
            ("twice", "an item twice", lambda f: f["opened"].insert(0, f["opened"][0]), {"items": "failed"}),
            ("order", "not by position", lambda f: f["opened"].reverse(), {"items": "failed"}),
            ("none", "no item", lambda f: f["opened"].clear(), {"items": "failed"}),
            ("certificate", "of another certificate", lambda f: f["certificate"].update(number="VECTOR-02"),
             {"disclosed": "failed"}),
            ("field", "a field that the format does not know", first(note="x"), {"disclosed": "failed"}),
            ("schema", "another schema", lambda f: f.update(schema="measurand/disclosed/2"), {"disclosed": "failed"}),
            ("no-schema", "no schema", lambda f: f.pop("schema"), {"disclosed": "failed"}),
            ("null", "nothing is asked, written as null", lambda f: f.update(asked=None), {"disclosed": "failed"}),
            ("fraction", "a position that is no integer", first(position=3.5), {"disclosed": "failed"}),
            ("capitals", "a salt in capitals", first(salt="A" * 64), {"disclosed": "failed"}),
        ]  # fmt: skip
        return [
            Disclosing(
                f"opened-{name}", says, self.certificate, states, {"--disclosed": self.opened(3, 29, change=one)}
            )
            for name, says, one, states in said
        ]

    def _asked(self) -> list[Disclosing]:
        size = len(self.tree.items)
        asked, other = drawn(4, KEPT), drawn(4, "another seed")
        wanted = sorted(positions_of(asked, size))
        kept = canonical(Challenge(certificate=self.one, asked=asked))
        passed = {"items": "passed", "challenge": "passed"}
        failed = {"items": "passed", "challenge": "failed"}
        answers = [
            ("challenge", "all that a challenge asks for", self.opened(*wanted, asked=asked), True, passed),
            (
                "seed",
                "all that a seed asks for; no challenge was kept",
                self.opened(*wanted, asked=asked),
                False,
                passed,
            ),
            ("left-out", "one of those asked for is left out", self.opened(*wanted[1:], asked=asked), True, failed),
            (
                "other-seed",
                "for another seed",
                self.opened(*sorted(positions_of(other, size)), asked=other),
                True,
                failed,
            ),
            ("unasked", "the right ones, but not said for what", self.opened(*wanted), True, failed),
            (
                "too-many",
                "more are asked for than there are",
                self.opened(*wanted, asked=drawn(31, KEPT)),
                False,
                failed,
            ),
        ]
        return [
            Disclosing(f"opened-{name}", says, self.certificate, states,
                       {"--disclosed": data, **({"--challenge": kept} if held else {})})
            for name, says, data, held, states in answers
        ]  # fmt: skip

    def _lies(self, openly: bytes) -> list[Disclosing]:
        bad: list[tuple[str, str, Callable[[list[dict[str, str]]], None]]] = [
            ("empty-cell", "signed rows hold an empty cell", lambda rows: rows[0].update(reason="")),
            ("other-item", "signed rows are of another item", lambda rows: rows[0].update(item="r1")),
            (
                "other-cell",
                "signed rows hold a cell that the evidence does not",
                lambda rows: rows[0].update(extra="1"),
            ),
            ("observation-twice", "an observation twice in a signed item", lambda rows: rows.append(dict(rows[0]))),
        ]
        found = []
        for name, says, change in bad:
            data, opened = self.dishonest(change)
            found.append(Disclosing(f"dishonest-{name}", says, data, {"items": "failed"}, {"--disclosed": opened}))
        more: list[tuple[str, str, Change]] = [
            ("silent", "the procedure asks for private evidence, and the certificate is silent",
             lambda predicate: predicate.pop("disclosure")),
            ("count", "the tree has other items than the evidence", lambda p: p["disclosure"].update(items=31)),
        ]  # fmt: skip
        found += [Disclosing(f"disclosure-{n}", s, self.stated(c), {"disclosure": "failed"}) for n, s, c in more]
        found.append(Disclosing("opened-of-open", "items of a certificate whose evidence is open", openly,
                                {"disclosed": "failed"}, {"--disclosed": self.opened(3)}))  # fmt: skip
        return found


def positions_of(asked: Asked, size: int) -> tuple[int, ...]:
    """The positions that are asked for, drawn as docs/disclosure.md says, by lists alone."""
    places = list(range(size))
    for i in range(asked.count):
        h = int.from_bytes(hashlib.sha256(asked.seed.encode() + i.to_bytes(8, "big")).digest(), "big")
        j = i + h % (size - i)
        places[i], places[j] = places[j], places[i]
    return tuple(places[: asked.count])
