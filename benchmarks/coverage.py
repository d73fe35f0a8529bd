"""How often the intervals hold a known truth: simulates about 80 situations and writes a page about them.

    python benchmarks/coverage.py --out docs/coverage.md

The machine readable copy lies beside the page. The exit code is 1 when a situation does not meet what was asked.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from known_truth import page, study


def main() -> int:
    """Runs the study and writes both files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/coverage.md"), help="the page; the copy ends in .json")
    parser.add_argument("--replicates", type=int, default=1000, help="of each situation")
    parser.add_argument("--checked", type=int, default=20, help="of these, measured again with all checks")
    parser.add_argument("--close", type=int, default=0, help="replicates where the first cannot tell; 0: no more")
    parser.add_argument("--workers", type=int, default=2, help="processes; they do not change the result")
    parser.add_argument("--only", default="", help="situations whose name holds this text")
    parser.add_argument(
        "--keep", type=Path, help="a copy of an earlier study: only situations that it lacks are measured"
    )
    chosen = parser.parse_args()
    if chosen.replicates < 2 or chosen.workers < 1:
        parser.error("at least 2 replicates and 1 worker are needed")
    rows = study.run(
        chosen.replicates, checked=chosen.checked, close=chosen.close, workers=chosen.workers, only=chosen.only,
        known=page.rows_of(chosen.keep.read_text(encoding="utf-8")) if chosen.keep else (), progress=_progress,
    )  # fmt: skip
    if not rows:
        parser.error(f"no situation has {chosen.only!r} in its name")
    print(file=sys.stderr)
    chosen.out.write_text(page.page(rows), encoding="utf-8")
    copy = chosen.out.with_suffix(".json")
    copy.write_text(page.data(rows, replicates=chosen.replicates), encoding="utf-8")
    failed = [r for r in rows if r.failures]
    for row in failed:
        print(f"{row.group}: {row.name}: {'; '.join(row.failures)} ({100 * row.coverage:.1f} %)")
    print(f"{len(rows) - len(failed)} of {len(rows)} situations meet what was asked; {chosen.out} and {copy} written")
    return 1 if failed else 0


def _progress(text: str) -> None:
    print(f"\r{text:<60}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
