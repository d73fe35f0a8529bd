"""Two systems on the same items: both right, one of them, neither."""

from __future__ import annotations

import numpy as np

from measurand.document.result import Curve
from measurand.message import say
from measurand.study.arm import Arm
from measurand.study.compose import Outcome
from measurand.study.scored import short

CELLS = ("both", "first", "second", "neither")


def discordance(outcome: Outcome) -> Curve | None:
    """Counts of observations by the outcome of two systems; None for anything but shares of two systems.

    An observation is one item under one condition in one repeat. Those of one system only do not enter.
    """
    asked = outcome.measurand.contrast
    if asked is None or asked.over != "system" or len(outcome.arms) != 2:
        return None
    if any(a.aim.statistic.exact != "binomial" or a.weighed.slope for a in outcome.arms):
        return None
    first, second = (_events(a) for a in outcome.arms)
    shared = first.keys() & second.keys()
    if not shared:
        return None
    pairs = [(first[k], second[k]) for k in shared]
    count = [pairs.count(c) for c in ((True, True), (True, False), (False, True), (False, False))]
    columns = {
        "outcome": CELLS,
        "system": ("", outcome.arms[0].system, outcome.arms[1].system, ""),
        "observations": tuple(str(n) for n in count),
        "share": tuple(short(n / len(pairs)) for n in count),
    }
    return Curve(name="discordance", title=say("curve.discordance"), columns=columns)


def _events(arm: Arm) -> dict[tuple[int, int, int], bool]:
    """Whether each trial of a share was an event: its sensitivity is positive (or all are, or none is)."""
    s = arm.evaluation.sensitivity[:, 0]
    trial = s != 0
    if not trial.any():
        trial = arm.evaluation.active & (arm.weighed.base != 0)
    event = s > 0 if np.any(s != 0) else np.full(len(s), arm.estimate.value[0] > 0.5)
    places = zip(arm.weighed.rows.item, arm.layout.condition, arm.layout.repeat, event, trial, strict=True)
    return {(int(i), int(c), int(r)): bool(e) for i, c, r, e, t in places if t}
