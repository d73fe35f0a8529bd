"""Invented data for each picture of a comparison, for any number of participants."""

from __future__ import annotations

import math
from random import Random

from measurand.export.svg.comparison_data import (
    Caterpillar,
    CriticalDifference,
    Degree,
    Density,
    Dependence,
    Discordance,
    Ellipse,
    Equivalence,
    FittedLine,
    Heat,
    Mandel,
    MandelLimits,
    MeanRank,
    Method,
    Methods,
    Pair,
    Participant,
    Ranked,
    Reference,
    Score,
    Scores,
    Spread,
    TieGroups,
    Youden,
)

LONG = "Laboratory of a very long name that nobody can print in one line "
KINDS = (
    "caterpillar", "equivalence", "mandel", "youden", "scores", "tie_groups", "critical_difference", "discordance",
    "density", "dependence", "methods", "heat",
)  # fmt: skip


class Sample:
    """Numbers around ``centre`` with a spread of ``size``; ``named`` makes the names."""

    def __init__(self, count: int, *, names: str = "short", centre: float = 0.9, size: float = 0.02) -> None:
        self.count, self.centre, self.size = count, centre, size
        self.random = Random(count)
        prefix = {"short": "L", "long": LONG, "wide": "皮肤病变分诊系统实验室"}[names]
        self.names = tuple(f"{prefix}{i + 1}" for i in range(count))

    def near(self, spread: float = 1.0) -> float:
        """A number around the centre."""
        return self.centre + self.size * spread * self.random.gauss(0.0, 1.0)

    def participants(self) -> tuple[Participant, ...]:
        """Results; the last ones of larger groups are excluded, without U, without a value."""
        made = []
        for i, name in enumerate(self.names):
            u = self.size * (0.2 + self.random.random())
            letters = "".join("abcdefg"[j] for j in range(max(0, 7 * i // self.count - 1), 7 * i // self.count + 1))
            made.append(Participant(name, self.near(), u, 2 * u, letters))
        if self.count >= 10:
            made[-1] = Participant(self.names[-1], self.centre + 40 * self.size, self.size, 2 * self.size, "",
                                   "wrong unit")  # fmt: skip
            made[-2] = Participant(self.names[-2], None, excluded="no result")
            made[-3] = Participant(self.names[-3], self.near(), self.size)
        return tuple(made)

    def reference(self) -> Reference:
        """The value in the middle."""
        return Reference(self.centre, self.size / 4, self.size / 2, "weighted mean")

    def caterpillar(self) -> Caterpillar:
        return Caterpillar("accuracy", "%", self.participants(), self.reference())

    def equivalence(self) -> Equivalence:
        degrees = []
        for p in self.participants():
            d = None if p.value is None else p.value - self.centre
            expanded = None if p.expanded is None else math.hypot(p.expanded, self.size / 2)
            e_n = None if d is None or not expanded else d / expanded
            degrees.append(Degree(p.name, d, expanded, e_n, p.excluded))
        return Equivalence("accuracy", "%", tuple(degrees))

    def mandel(self) -> Mandel:
        levels = ("low", "medium", "high", "higher", "top") if self.count != 3 else ("one",)
        h = tuple(tuple(self.random.gauss(0.0, 1.0) for _ in levels) for _ in self.names)
        k = tuple(tuple(abs(self.random.gauss(1.0, 0.35)) for _ in levels) for _ in self.names)
        if self.count >= 10:
            k = ((None, 9.0, *k[0][2:]), *k[1:])
        h_limits = tuple(MandelLimits(1.9, 2.4) for _ in levels)
        k_limits = tuple(MandelLimits(1.6 + 0.1 * (i % 2) * (self.count == 10), 1.9) for i, _ in enumerate(levels))
        return Mandel(self.names, levels, h, k, h_limits, k_limits)

    def youden(self) -> Youden:
        pairs = []
        for p in self.participants():
            own = self.near(0.9)
            second = None if p.value is None else own + self.size * self.random.gauss(0.0, 0.4)
            pairs.append(Pair(p.name, None if p.value is None else own, second, p.excluded))
        ellipse = Ellipse((self.centre, self.centre), (2.4 * self.size, self.size), math.pi / 4)
        return Youden("material A", "material B", "mg", tuple(pairs), (self.centre, self.centre), ellipse)

    def scores(self) -> Scores:
        made = []
        for i, name in enumerate(self.names):
            z = self.random.gauss(0.0, 1.4) if i != 4 else 1e9
            made.append(Score(name, None if i == 5 else z, "action" if abs(z) > 3 else "warning" if abs(z) > 2 else ""))
        return Scores("z'" if self.count == 10 else "z", tuple(made))

    def tie_groups(self) -> TieGroups:
        values = sorted((self.near(2.0) for _ in self.names), reverse=True)
        made = []
        for i, (name, value) in enumerate(zip(self.names, values, strict=True)):
            last = min(i // 3, 19)
            groups = tuple("abcdefghijklmnopqrstuvwxyz"[j] for j in range(max(last - 1, 0), last + 1))
            groups = tuple(g for g in groups if not (i == 4 and g == "a"))
            half = self.size * (0.5 + self.random.random())
            made.append(Ranked(name, value, value - half, value + 1.2 * half, (max(1, i - 2), i + 3), groups))
        if self.count >= 10:
            made[-1] = Ranked(self.names[-1], None)
        return TieGroups("accuracy", "%", tuple(made))

    def critical_difference(self) -> CriticalDifference:
        ranks = sorted(1 + (self.count - 1) * self.random.random() for _ in self.names)
        joined = tuple((i, min(i + 3, self.count - 1)) for i in range(0, self.count, 3) if i < self.count - 1)
        systems = tuple(MeanRank(n, r) for n, r in zip(self.names, ranks, strict=True))
        if self.count >= 10:
            systems = (*systems, MeanRank("absent", None))
        return CriticalDifference(systems, joined, None if self.count == 50 else 0.2 * self.count)

    def discordance(self) -> Discordance:
        return Discordance(self.names[0], self.names[-1], 70, 4, 16, self.count)

    def density(self) -> Density:
        low, step = self.centre - 5 * self.size, self.size / 8
        x = tuple(low + step * i for i in range(81))
        y = tuple(math.exp(-(((a - self.centre) / (self.size or 1.0)) ** 2) / 2) / (self.size or 1.0) for a in x)
        return Density("accuracy", "%", x, y, self.participants(), self.reference())

    def dependence(self) -> Dependence:
        levels = []
        for i, name in enumerate(self.names):
            level = self.centre * (1 + i)
            s = self.size * (1 + 0.2 * i) * (0.9 + 0.2 * self.random.random())
            levels.append(Spread(name, level, s, None if i == 2 else 2 * s))
        ends = self.centre, self.centre * self.count
        lines = tuple(
            FittedLine(
                of, f"{of} = a + b m", ((ends[0], f * self.size), (ends[1], f * self.size * (1 + 0.2 * self.count)))
            )
            for of, f in (("s_r", 1.0), ("s_R", 2.0))
        )
        return Dependence("accuracy", "%", tuple(levels), lines)

    def methods(self) -> Methods:
        kinds = ("mean", "weighted mean", "median", "Huber", "DerSimonian-Laird", "Algorithm A", "REML")
        names = kinds if self.count == 10 else self.names
        made = [Method(n, self.near(0.3), self.size / 3, self.size * 0.7) for n in names]
        if self.count >= 10:
            made[2] = Method(names[2], None, note="did not converge")
            made[3] = Method(names[3], self.centre, self.size / 3)
        return Methods("accuracy", "%", tuple(made), (self.centre - 2 * self.size, self.centre + 3 * self.size))

    def heat(self) -> Heat:
        e_n: list[list[float | None]] = [[0.0] * self.count for _ in self.names]
        for i in range(self.count):
            for j in range(i):
                value = self.random.gauss(0.0, 0.6)
                e_n[i][j], e_n[j][i] = value, -value
        if self.count >= 10:
            e_n[0][1] = e_n[1][0] = None
        return Heat(self.names, tuple(map(tuple, e_n)))

    def of(self, kind: str) -> object:
        """The data of one kind."""
        return getattr(self, kind)()
