"""Summary of a reader study: every reader rates the cases with every modality (Obuchowski & Rockette 1995)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.student import normal_factor, student_factor

Array = NDArray[np.float64]
Random = Literal["readers and cases", "cases", "readers"]


@dataclass(frozen=True)
class Covariances:
    """Means of the covariances of the figures of merit that come from the cases alone."""

    error: float
    """Variance of one figure."""
    cov1: float
    """Same reader, different modality."""
    cov2: float
    """Different reader, same modality."""
    cov3: float
    """Both different."""


@dataclass(frozen=True)
class Test:
    """Test of equal modalities: a ratio, its degrees of freedom and its p-value."""

    denominator: float
    ratio: float
    df1: float
    df2: float
    p: float


@dataclass(frozen=True, eq=False)
class ReaderStudy:
    """Figures of merit ``merit`` (modalities, readers) and their covariance due to the cases.

    ``covariance`` has shape (modalities, readers, modalities, readers). Negative ``cov2 - cov3`` counts as 0 in tests
    and standard errors (Hillis 2007; Hillis 2014 for one modality).
    """

    merit: Array
    covariance: Array

    def __post_init__(self) -> None:
        if self.merit.ndim != 2 or min(self.merit.shape) < 2 or self.covariance.shape != 2 * self.merit.shape:
            raise DesignError(say("reader_study.shape"))

    @property
    def modalities(self) -> int:
        """Number of modalities."""
        return int(self.merit.shape[0])

    @property
    def readers(self) -> int:
        """Number of readers."""
        return int(self.merit.shape[1])

    @property
    def covariances(self) -> Covariances:
        """Means over all pairs."""
        t, r = self.merit.shape
        flat = self.covariance.transpose(0, 2, 1, 3)  # modality, modality, reader, reader
        same_t, same_r = np.eye(t, dtype=bool)[:, :, None, None], np.eye(r, dtype=bool)
        means = (flat[np.broadcast_to(a & b, flat.shape)].mean() for a in (same_t, ~same_t) for b in (same_r, ~same_r))
        error, cov2, cov1, cov3 = (float(v) for v in means)
        return Covariances(error, cov1, cov2, cov3)

    @property
    def ms_modality(self) -> float:
        """Mean square of the modalities."""
        return self.readers * float(self.merit.mean(axis=1).var(ddof=1))

    @property
    def ms_reader(self) -> float:
        """Mean square of the readers."""
        return self.modalities * float(self.merit.mean(axis=0).var(ddof=1))

    @property
    def ms_interaction(self) -> float:
        """Mean square of modality x reader."""
        m = self.merit
        left = m - m.mean(axis=0) - m.mean(axis=1)[:, None] + m.mean()
        return float(np.sum(left**2)) / ((self.modalities - 1) * (self.readers - 1))

    @property
    def variance_reader(self) -> float:
        """Component of the readers, as estimated (it may be negative)."""
        c = self.covariances
        return (self.ms_reader - self.ms_interaction) / self.modalities - c.cov1 + c.cov3

    @property
    def variance_interaction(self) -> float:
        """Component of modality x reader, as estimated (it may be negative)."""
        c = self.covariances
        return self.ms_interaction - c.error + c.cov1 + max(c.cov2 - c.cov3, 0.0)

    def test(self, random: Random) -> Test:
        """F test of equal modalities with the degrees of freedom of Hillis; chi-square where only cases are random."""
        from scipy.special import fdtrc, gammaincc

        c, r, df1 = self.covariances, self.readers, float(self.modalities - 1)
        shared = max(c.cov2 - c.cov3, 0.0)
        if random == "cases":
            denominator = c.error - c.cov1 + (r - 1) * shared
            ratio = df1 * self.ms_modality / denominator
            return Test(denominator, ratio, df1, math.inf, float(gammaincc(df1 / 2.0, ratio / 2.0)))
        denominator = self.ms_interaction + (r * shared if random == "readers and cases" else 0.0)
        df2 = df1 * (r - 1) * (denominator / self.ms_interaction) ** 2 if self.ms_interaction > 0.0 else math.inf
        ratio = self.ms_modality / denominator
        return Test(denominator, ratio, df1, df2, float(fdtrc(df1, df2, ratio)))

    def difference_u(self, random: Random) -> float:
        """Standard error of the difference of two modalities."""
        return math.sqrt(2.0 * self.test(random).denominator / self.readers)

    def difference_limits(self, first: int, second: int, random: Random, *, level: float) -> tuple[float, float]:
        """Limits of the difference ``first - second`` of two modalities, both counted from 0."""
        tail, df2 = (1.0 - level) / 2.0, self.test(random).df2
        k = float(student_factor(tail, df2)) if math.isfinite(df2) else float(normal_factor(tail))
        d, half = float(self.merit[first].mean() - self.merit[second].mean()), k * self.difference_u(random)
        return d - half, d + half

    def mean_u(self, modality: int, random: Random) -> float:
        """Standard error of the mean of one modality over the readers, from that modality alone."""
        r, own = self.readers, self.covariance[modality, :, modality, :]
        error = float(np.trace(own)) / r
        cov2 = max((float(own.sum()) - r * error) / (r * (r - 1)), 0.0)
        between = float(self.merit[modality].var(ddof=1))
        variance = {"readers and cases": between + r * cov2, "cases": error + (r - 1) * cov2, "readers": between}
        return math.sqrt(variance[random] / r)
