"""Picture of performance scores: who must act."""

from __future__ import annotations

import itertools

from measurand.export.svg.axes import swatch
from measurand.export.svg.comparison_data import Score, Scores
from measurand.export.svg.comparison_frame import framed
from measurand.export.svg.comparison_words import head, named, score_text, shown
from measurand.export.svg.legend import Entry, empty, filled, legend
from measurand.export.svg.lettering import fitted, wide
from measurand.export.svg.listing import EDGE, Listing, arrow, nothing
from measurand.export.svg.scale import Scale
from measurand.export.svg.writer import Markup, Picture, element, hatch, label
from measurand.message import say

LEFT = 170.0
CUT = 2.0
"""So many times the largest limit the scale ends; a longer bar ends in an arrow."""
FLAG = 150.0


def scores(data: Scores, identity: str) -> Picture:
    """Bars of the scores from 0, the zones beyond each limit hatched, score and flag in words at the right.

    A bar beyond the first limit is outlined, one beyond the last dark.
    """
    lines = sorted(data.scores, key=lambda s: (s.score is None, -(s.score or 0.0)))
    texts = [_text(s) for s in lines]
    room = min(max((wide(t) for t in texts), default=0.0), FLAG)
    reach = _reach(data)
    parts, top = legend(_entries(data, identity))
    limits = sorted(data.limits)
    parts.insert(0, element("defs", hatch(f"{identity}-zone0", 14.0), hatch(f"{identity}-zone1", 8.0)))
    rows = Listing(len(lines), Scale(-reach, reach, LEFT, EDGE - room - 10.0), top)
    edges = [*limits, reach]
    for i, (low, high) in enumerate(itertools.pairwise(edges)):
        pattern = f"{identity}-zone{min(i, 1)}"
        parts += [*rows.area(low, high, pattern), *rows.area(-high, -low, pattern)]
    parts += rows.names(s.name for s in lines)
    parts += rows.axis(_kind(data.kind))
    for limit in limits:
        look = "tolerance" if limit == limits[-1] else "acceptance"
        parts += [*rows.upright(limit, look), *rows.upright(-limit, look)]
    parts += rows.upright(0.0, "axis")
    for i, (line, text) in enumerate(zip(lines, texts, strict=True)):
        parts += _bar(line, rows, rows.y(i), limits)
        look = "tick strong" if line.flag else "tick"
        parts.append(label(fitted(text, FLAG), EDGE, rows.y(i) + 4.0, class_=look, text_anchor="end"))
    known = [s for s in data.scores if s.score is not None]
    beyond = [s.name for s in known if _beyond(s, limits)[-1:] == [True]]
    finding = say("picture.comparison.scores", kind=_kind(data.kind), beyond=len(beyond), count=len(known),
                  limit=shown(limits[-1]) if limits else "", names=named(beyond)) if limits and known else say(
                  "picture.comparison.scores_bare", kind=_kind(data.kind), count=len(known))  # fmt: skip
    description = say("picture.comparison.scores_how", kind=_kind(data.kind), limits=", ".join(map(shown, limits)))
    table = tuple((s.name, score_text(s.score), s.flag) for s in lines)
    header = (head("participant")[0], _kind(data.kind), head("flag")[0])
    return framed(identity, rows.bottom + 46.0, parts, finding=finding, description=description, table=(header, table))


def _kind(kind: str) -> str:
    """The symbol as it is written; what is no known kind stays as it is."""
    known = {"z": "z", "z'": "z′", "zeta": "ζ", "E_n": "E_n"}
    return known.get(kind, kind)


def _text(s: Score) -> str:
    text = score_text(s.score)
    return f"{text}  {s.flag}" if s.flag else text


def _beyond(s: Score, limits: list[float]) -> list[bool]:
    return [s.score is not None and abs(s.score) > limit for limit in limits]


def _reach(data: Scores) -> float:
    most = max((abs(s.score) for s in data.scores if s.score is not None), default=1.0)
    last = max(data.limits, default=0.0)
    return 1.08 * (min(max(most, 1.15 * last), CUT * last) if last else most or 1.0)


def _bar(s: Score, rows: Listing, y: float, limits: list[float]) -> list[Markup]:
    if s.score is None:
        return nothing(rows.scale, y)
    scale, high = rows.scale, min(rows.pitch - 5.0, 14.0)
    beyond = _beyond(s, limits)
    look = "wrong" if beyond[-1:] == [True] else "share-b" if any(beyond) else "bar"
    inside = min(max(s.score, scale.low), scale.high)
    left, right = sorted((scale(0.0), scale(inside)))
    parts = [element("rect", x=left, y=y - high / 2, width=max(right - left, 1.0), height=high, class_=look)]
    return parts if inside == s.score else [*parts, *arrow(scale, y, s.score > 0, "")[:1]]


def _entries(data: Scores, identity: str) -> list[Entry]:
    limits = sorted(data.limits)
    entries: list[Entry] = [(swatch("bar"), say("picture.comparison.key.score_within"))] if limits else []
    for i, limit in enumerate(limits):
        last = i == len(limits) - 1
        entries.append(
            (swatch("wrong" if last else "share-b"), say("picture.comparison.key.score_over", limit=shown(limit)))
        )
    if limits:
        beyond = say("picture.comparison.key.zones", limits=", ".join(map(shown, limits)))
        entries.append((filled(f"{identity}-zone{min(len(limits) - 1, 1)}"), beyond))
    if any(s.score is None for s in data.scores):
        entries.append((empty(), say("picture.comparison.not_evaluated")))
    return entries
