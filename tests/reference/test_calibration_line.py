"""Straight lines: ISO/TS 28037 and the data of Pearson with the weights of York."""

from __future__ import annotations

import numpy as np
import pytest
from tests.reference.case import compare, ids, read

from measurand.api.comparing import calibration_line

TOPIC = "calibration-line"


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    given = read(id)["inputs"]
    u_x = np.array(given["wx"]) ** -0.5 if "wx" in given else None
    u_y = np.array(given["wy"]) ** -0.5 if "wy" in given else given["u_y"]
    line = calibration_line(given["x"], given["y"], u_x, u_y)
    assert line.chi2 is not None
    got = {
        "a": line.a, "b": line.b, "u_a": line.u_a, "u_b": line.u_b, "cov_ab": line.covariance, "chi2": line.chi2,
        "reduced_chi2": line.chi2 / line.df, "se_a_york": line.u_a, "se_b_york": line.u_b,
    }  # fmt: skip
    if "y0" in given:
        got["x0"], got["u_x0"] = line.inverse(given["y0"], u_y=given["u_y0"])
    compare(id, got)
