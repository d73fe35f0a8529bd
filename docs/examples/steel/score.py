"""Gives every plate of plates.csv a probability of each fault, by a model that never saw it; writes predictions.csv.

Multinomial logistic regression on the 27 measured features and their squares; ten folds, drawn with a fixed seed; ridge
penalty 1; numpy only.
"""

import csv
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
FOLDS, SEED, PENALTY, STEPS = 10, 20261123, 1.0, 1000


def features(rows: list[dict[str, str]], names: list[str]) -> np.ndarray:
    """Numbers scaled to mean 0 and standard deviation 1, cut at 4, their squares, and a column of ones."""
    x = np.array([[float(row[name]) for name in names] for row in rows])
    x = np.clip((x - x.mean(axis=0)) / x.std(axis=0), -4, 4)
    return np.hstack([np.ones((len(x), 1)), x, x**2])


def probabilities(x: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Softmax of the linear predictors, shape (rows, classes)."""
    eta = x @ b
    p = np.exp(eta - eta.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Multinomial logistic regression by steps with the bound of Boehning (1992) on the curvature."""
    k = y.shape[1]
    b = np.zeros((x.shape[1], k))
    ridge = PENALTY * np.eye(x.shape[1])
    ridge[0, 0] = 1e-6
    inverse = np.linalg.inv(x.T @ x / 2 + ridge)
    for _ in range(STEPS):
        b += inverse @ (x.T @ (y - probabilities(x, b)) - ridge @ b)
    return b


def main() -> None:
    """Read, score out of fold, write."""
    with (HERE / "plates.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    faults = [name for name in rows[0] if name.endswith(("_Fault", "_Faults"))]
    classes = [name.rsplit("_", 1)[0] for name in faults]
    y = np.array([[float(row[name]) for name in faults] for row in rows])
    x = features(rows, [name for name in rows[0] if name not in faults])
    fold = np.random.default_rng(SEED).permutation(len(rows)) % FOLDS
    p = np.zeros_like(y)
    for f in range(FOLDS):
        p[fold == f] = probabilities(x[fold == f], fit(x[fold != f], y[fold != f]))
    with (HERE / "predictions.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["plate_id", "steel", "truth", "predicted", *(f"p_{c}" for c in classes)])
        for i, row in enumerate(rows):
            steel = "A300" if row["TypeOfSteel_A300"] == "1" else "A400"
            shown = [f"{v:.6g}" for v in p[i]]
            out.writerow([f"{i + 1:04d}", steel, classes[int(y[i].argmax())], classes[int(p[i].argmax())], *shown])


if __name__ == "__main__":
    main()
