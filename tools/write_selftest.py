"""Write the reference problems of `measurand selftest` to src/measurand/selftest (a test compares them).

Answers come from tests/cases (published digits, certified values, other programs that agree), or stand here with their
source. Nothing is computed by measurand.
"""

from __future__ import annotations

import json

from selftest_budgets import circuit, conformity, gauge, guide, supplement
from selftest_designs import agreement, differences, intraclass, samples, single
from selftest_parts import FOLDER
from selftest_shares import areas, paired_areas, probabilities, proportions, two_by_two

TOPICS = (
    proportions, two_by_two, areas, paired_areas, probabilities, agreement, intraclass, samples, differences, single,
    gauge, circuit, supplement, guide, conformity,
)  # fmt: skip


def all_problems() -> dict[str, bytes]:
    """File name -> bytes of every problem."""
    found = {}
    for several in TOPICS:
        for one in several():
            text = json.dumps(one, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            found[f"{one['id']}.json"] = (text + "\n").encode()
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, data in all_problems().items():
        (FOLDER / name).write_bytes(data)
        print(name, len(data))
