"""Trains the demonstration's classifier and writes its arrays, the test images and the item list.

    python tools/train_demo.py pneumoniamnist_balanced.npz

A convolution of eight 5x5 filters, 2x2 mean pooling and one hidden layer, written in numpy: the point of the
demonstration is the measurement, not the classifier. The seed is fixed; the last digits of the arrays still depend
on the linear algebra library, so the arrays that are measured are the committed ones.
Training images are shown under the same kinds of exposure and noise as the simulated X-ray units (``classifier.py``).
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

DEMO = Path(__file__).resolve().parent.parent / "src" / "measurand" / "sector" / "medical" / "demo"
sys.path.insert(0, str(DEMO))

from classifier import UNITS, Arrays, forward, prepare  # noqa: E402

SEED = 20261122
EPOCHS = 14
BATCH = 64
RATE = 1.5e-3
DECAY = 1e-4
FILTERS, HIDDEN = 8, 24


def start(rng: np.random.Generator) -> Arrays:
    """He-scaled random weights."""
    pooled = FILTERS * 12 * 12
    return {
        "filters": rng.normal(0, np.sqrt(2 / 25), (25, FILTERS)),
        "filter_bias": np.zeros(FILTERS),
        "hidden": rng.normal(0, np.sqrt(2 / pooled), (pooled, HIDDEN)),
        "hidden_bias": np.zeros(HIDDEN),
        "output": rng.normal(0, np.sqrt(1 / HIDDEN), HIDDEN),
        "output_bias": np.zeros(1),
    }


def gradient(arrays: Arrays, images: np.ndarray, labels: np.ndarray) -> Arrays:
    """Gradient of the mean cross-entropy by the chain rule through ``forward``."""
    kept: dict[str, np.ndarray] = {}
    score = forward(arrays, images, kept)
    n = len(images)
    d_logit = (score - labels) / n
    d_hidden = np.outer(d_logit, arrays["output"]) * (kept["hidden"] > 0)
    d_pooled = (d_hidden @ arrays["hidden"].T).reshape(n, 12, 1, 12, 1, FILTERS)
    d_map = np.broadcast_to(d_pooled / 4, (n, 12, 2, 12, 2, FILTERS)).reshape(n * 24 * 24, FILTERS)
    d_map = d_map * (kept["map"].reshape(n * 24 * 24, FILTERS) > 0)
    return {
        "filters": kept["patches"].reshape(n * 24 * 24, 25).T @ d_map,
        "filter_bias": d_map.sum(0),
        "hidden": kept["pooled"].T @ d_hidden,
        "hidden_bias": d_hidden.sum(0),
        "output": kept["hidden"].T @ d_logit,
        "output_bias": d_logit.sum(keepdims=True),
    }


def disturb(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Exposure and noise of a random unit for each image, and a shift by at most one pixel."""
    gain = np.exp(rng.normal(0, 0.08, (len(images), 1, 1)))
    noise = rng.uniform(4, 16, (len(images), 1, 1)) * rng.normal(size=images.shape)
    shifted = np.roll(images, tuple(rng.integers(-1, 2, 2)), axis=(1, 2))
    return np.clip(shifted * gain + noise, 0, 255)


def train(images: np.ndarray, labels: np.ndarray) -> Arrays:
    """Adam (Kingma & Ba 2015) with weight decay and a falling rate."""
    rng = np.random.default_rng(SEED)
    arrays = start(rng)
    first = {name: np.zeros_like(a) for name, a in arrays.items()}
    second = {name: np.zeros_like(a) for name, a in arrays.items()}
    step, steps = 0, EPOCHS * (len(images) // BATCH)
    for _ in range(EPOCHS):
        order = rng.permutation(len(images))
        for at in range(0, len(order) - BATCH + 1, BATCH):
            chosen = order[at : at + BATCH]
            step += 1
            rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            slope = gradient(arrays, prepare(disturb(images[chosen].astype(float), rng)), labels[chosen])
            for name, g in slope.items():
                first[name] = 0.9 * first[name] + 0.1 * g
                second[name] = 0.999 * second[name] + 0.001 * g**2
                move = first[name] / (1 - 0.9**step) / (np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8)
                arrays[name] = arrays[name] - rate * (move + DECAY * arrays[name])
    return arrays


def units() -> list[tuple[float, float]]:
    """Six units drawn from the population of units: exposure (factor) and noise (grey levels)."""
    rng = np.random.default_rng(SEED)
    return [(round(float(np.exp(rng.normal(0, 0.08))), 3), round(float(rng.uniform(4, 16)), 1)) for _ in range(6)]


def main(path: str) -> None:
    """Trains on the train part, moves the threshold to 0.5 on the validation part, writes the files."""
    with np.load(path, allow_pickle=False) as data:
        parts = {part: (data[f"{part}_images"], data[f"{part}_labels"].ravel()) for part in ("train", "val", "test")}
    if list(UNITS.values()) != units():
        raise SystemExit(f"UNITS in classifier.py are not the ones drawn: {units()}")
    arrays = train(*parts["train"])

    images, labels = parts["val"]
    score = forward(arrays, prepare(images.astype(float)))
    logit = np.log(score / (1 - score))
    cut = np.sort(logit)
    youden = [np.mean(logit[labels == 1] >= c) + np.mean(logit[labels == 0] < c) for c in cut]
    best = np.flatnonzero(np.isclose(youden, max(youden)))
    arrays["output_bias"] = arrays["output_bias"] - cut[best].mean()
    print(f"validation: best sum of sensitivity and specificity {max(youden):.3f}")

    np.savez(DEMO / "classifier.npz", **{name: a.astype(np.float32) for name, a in arrays.items()})
    images, labels = parts["test"]
    items = np.array([f"xray-{i:03d}" for i in range(1, len(images) + 1)])
    np.savez_compressed(DEMO / "chest_xray_test.npz", items=items, images=images)
    with (DEMO / "items.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["item", "finding"])
        writer.writerows((i, "pneumonia" if y else "normal") for i, y in zip(items, labels, strict=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
