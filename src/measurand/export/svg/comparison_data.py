"""What the pictures of comparisons are drawn from: plain numbers and names, computed elsewhere.

None stands for what was not evaluated; it is drawn as an empty mark with the word, never as 0. ``expanded`` is the
expanded uncertainty U, ``u`` the standard uncertainty, in the unit of the value. ``unit`` is "" for a plain number.
"""

from __future__ import annotations

from dataclasses import dataclass

Number = float | None


@dataclass(frozen=True)
class Reference:
    """Reference value of a comparison with its uncertainty; ``name`` says which it is (consensus, certified)."""

    value: float
    u: Number = None
    expanded: Number = None
    name: str = ""
    is_limit: bool = False
    """A limit that is asked for: it has no uncertainty."""


@dataclass(frozen=True)
class Participant:
    """One participant: its result, the letters of the groups it belongs to, and why it is excluded, if it is."""

    name: str
    value: Number
    u: Number = None
    expanded: Number = None
    letters: str = ""
    excluded: str = ""
    limits: tuple[float, float] | None = None
    """Of an interval that is not symmetric, in place of ``expanded``."""


@dataclass(frozen=True)
class Caterpillar:
    """Participants of a comparison and the reference value; ``coverage`` is the coverage probability of U."""

    quantity: str
    unit: str
    participants: tuple[Participant, ...]
    reference: Reference | None = None
    coverage: float = 0.95


@dataclass(frozen=True)
class Degree:
    """Degree of equivalence of one participant: difference ``d`` from the reference value, U(d), and E_n."""

    name: str
    d: Number
    expanded: Number = None
    e_n: Number = None
    excluded: str = ""


@dataclass(frozen=True)
class Equivalence:
    """Degrees of equivalence; ``limit`` is that of the absolute value of E_n."""

    quantity: str
    unit: str
    degrees: tuple[Degree, ...]
    limit: float = 1.0
    coverage: float = 0.95


@dataclass(frozen=True)
class MandelLimits:
    """Critical values of one level at 5 % and 1 %."""

    five: Number
    one: Number


@dataclass(frozen=True)
class Mandel:
    """Mandel's h and k: one line per laboratory, one number per level; limits for each level."""

    laboratories: tuple[str, ...]
    levels: tuple[str, ...]
    h: tuple[tuple[Number, ...], ...]
    k: tuple[tuple[Number, ...], ...]
    h_limits: tuple[MandelLimits, ...]
    k_limits: tuple[MandelLimits, ...]


@dataclass(frozen=True)
class Pair:
    """Results of one laboratory on both materials."""

    name: str
    first: Number
    second: Number
    excluded: str = ""


@dataclass(frozen=True)
class Ellipse:
    """An ellipse in the units of the data: centre, half axes, and the angle of the first half axis.

    ``angle`` in radians, from the axis of the first material towards that of the second.
    """

    centre: tuple[float, float]
    half_axes: tuple[float, float]
    angle: float
    probability: float = 0.95


@dataclass(frozen=True)
class Youden:
    """Pairs of results on two similar materials, with their medians."""

    first: str
    second: str
    unit: str
    pairs: tuple[Pair, ...]
    median: tuple[float, float] | None = None
    ellipse: Ellipse | None = None


@dataclass(frozen=True)
class Score:
    """Score of one participant; ``flag``: what is said about it, in words."""

    name: str
    score: Number
    flag: str = ""


@dataclass(frozen=True)
class Scores:
    """Scores of one kind (z, z', zeta, E_n); ``limits``: warning and action, or the only one."""

    kind: str
    scores: tuple[Score, ...]
    limits: tuple[float, ...] = (2.0, 3.0)


@dataclass(frozen=True)
class Ranked:
    """One system with its interval, the possible ranks, and its groups (one letter each)."""

    name: str
    value: Number
    lower: Number = None
    upper: Number = None
    ranks: tuple[int, int] | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class TieGroups:
    """Systems that were ranked; those who share a group are not told apart."""

    quantity: str
    unit: str
    systems: tuple[Ranked, ...]
    larger_is_better: bool = True
    coverage: float = 0.95


@dataclass(frozen=True)
class MeanRank:
    """Mean rank of one system."""

    name: str
    rank: Number


@dataclass(frozen=True)
class CriticalDifference:
    """Mean ranks; ``joined``: positions (in ``systems``) of the first and last of those who are not told apart."""

    systems: tuple[MeanRank, ...]
    joined: tuple[tuple[int, int], ...] = ()
    difference: Number = None
    significance: float = 0.05


@dataclass(frozen=True)
class Discordance:
    """How often both systems were right, only one of them, or neither; shares follow from the counts when not given."""

    first: str
    second: str
    both: int
    only_first: int
    only_second: int
    neither: int
    shares: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Density:
    """Density of the participants' results at places ``x`` in rising order; the participants are the marks."""

    quantity: str
    unit: str
    x: tuple[float, ...]
    density: tuple[float, ...]
    participants: tuple[Participant, ...]
    reference: Reference | None = None


@dataclass(frozen=True)
class Spread:
    """Precision at one level: repeatability and reproducibility standard deviations."""

    name: str
    level: float
    s_r: Number
    s_R: Number  # noqa: N815 - the symbol of ISO 5725


@dataclass(frozen=True)
class FittedLine:
    """A fitted relation of a standard deviation (``of`` is ``s_r`` or ``s_R``) and the level, by some of its points."""

    of: str
    text: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Dependence:
    """Dependence of precision on the level."""

    quantity: str
    unit: str
    levels: tuple[Spread, ...]
    lines: tuple[FittedLine, ...] = ()


@dataclass(frozen=True)
class Method:
    """Consensus value by one method; ``note``: why it was not evaluated, or what it assumes."""

    name: str
    value: Number
    u: Number = None
    expanded: Number = None
    note: str = ""


@dataclass(frozen=True)
class Methods:
    """Consensus values of one comparison by several methods; ``results``: least and largest of the participants."""

    quantity: str
    unit: str
    methods: tuple[Method, ...]
    results: tuple[float, float] | None = None
    coverage: float = 0.95


@dataclass(frozen=True)
class Heat:
    """E_n of each laboratory (line) against each other (column); None: not evaluated. The diagonal is not read."""

    laboratories: tuple[str, ...]
    e_n: tuple[tuple[Number, ...], ...]
    limit: float = 1.0
