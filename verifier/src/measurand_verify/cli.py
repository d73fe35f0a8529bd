"""The command ``measurand-verify``: one line per check, or JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from measurand_verify.check import NotACertificateError
from measurand_verify.verification import verify

_EXAMPLE = """example:
  measurand-verify certificate.json --key laboratory.pub.pem

exit code: 0 authentic and recomputed; 1 not authentic, or a number differs; 2 no certificate, or a wrong command;
3 nothing failed, but something that matters could not be checked"""
_MARK = {"passed": "passed     ", "failed": "FAILED     ", "not checked": "not checked"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify one certificate; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="measurand-verify",
        description="Verifies a measurand certificate independently of the program that signed it.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, help="certificate.json or certificate.html")
    parser.add_argument("--key", type=Path, help="public key of the laboratory (PEM) that you trust")
    parser.add_argument("--folder", type=Path, help="folder with the files of the record; default: beside the file")
    parser.add_argument(
        "--status",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="status or key document of the laboratory, or a folder of them (several times)",
    )
    parser.add_argument("--disclosed", type=Path, metavar="FILE", help="items that the laboratory opened")
    parser.add_argument(
        "--challenge", type=Path, metavar="FILE", help="with --disclosed: your challenge as you kept it"
    )
    parser.add_argument("--json", action="store_true", help="machine-readable output")
    asked = parser.parse_args(arguments)
    if asked.challenge is not None and asked.disclosed is None:
        parser.error("--challenge is compared with opened items: give them with --disclosed")
    try:
        found = verify(asked.file, key=asked.key, folder=asked.folder, status=asked.status, disclosed=asked.disclosed,
                       challenge=asked.challenge)  # fmt: skip
    except (NotACertificateError, OSError, MemoryError) as error:
        _write({"error": str(error), "exit": 2} if asked.json else f"{asked.file}: {error}", error=not asked.json)
        return 2
    if asked.json:
        rows = [{"name": c.name, "state": c.state, "text": c.text} for c in found.checks]
        _write({"schema": "measurand/verification/1", "file": str(asked.file), "number": found.number, "checks": rows,
                "exit": found.exit_code})  # fmt: skip
    else:
        for check in found.checks:
            _write(f"{_MARK[check.state]}  {check.name}: {check.text}")
        last = {0: "authentic; all that follows from the stored parts was recomputed", 1: "NOT to be relied on",
                3: "nothing failed, but not everything could be checked"}  # fmt: skip
        _write(f"{found.number or asked.file}: {last[found.exit_code]}")
    return found.exit_code


def _write(what: object, *, error: bool = False) -> None:
    """Text without control characters: what a stranger's file says must not steer a terminal."""
    text = what if isinstance(what, str) else json.dumps(what, ensure_ascii=True, indent=2)
    if isinstance(what, str):
        text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in what)
    stream = sys.stderr if error else sys.stdout
    encoding = stream.encoding or "ascii"
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream)
