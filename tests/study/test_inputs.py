"""What the loader accepts as an input, the distributions accept too, and the other way round."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from measurand.document.loading import load
from measurand.document.procedure import Input
from measurand.errors import ProcedureError
from measurand.quantity.knowledge import NAMES, by_name

KEYS = ("value", "standard_uncertainty", "half_width", "lower", "upper", "shape", "degrees_of_freedom")
NUMBERS = st.sampled_from([0.0, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0])


def loaded(name: str, given_: dict[str, float]) -> Input | None:
    lines = "\n".join(f"{key} = {value}" for key, value in given_.items())
    text = (
        f'schema = "measurand/procedure/1"\n[[input]]\nid = "x"\ndistribution = "{name}"\n{lines}\n'
        '[[measurand]]\nid = "y"\nmodel = "x"\n'
    )
    try:
        return load(text.encode(), "p").input[0]
    except ProcedureError:
        return None


def parameters(entry: Input) -> dict[str, float]:
    """As the evaluation gives them: amounts and numbers that are there; the value always."""
    found = {}
    for key in KEYS:
        value = getattr(entry, key)
        if value is not None:
            found[key] = float(value if isinstance(value, str) else value.value)
    return found


@settings(max_examples=1500, deadline=None)
@given(name=st.sampled_from(NAMES), entries=st.dictionaries(st.sampled_from(KEYS), NUMBERS, max_size=4))
def test_loader_and_distributions_agree(name: str, entries: dict[str, float]) -> None:
    entry = loaded(name, entries)
    try:
        direct = by_name(name, entries)
    except ProcedureError as problem:
        assert entry is None, problem
        return
    assert entry is not None, (name, entries)
    assert by_name(name, parameters(entry)).u() == direct.u()
