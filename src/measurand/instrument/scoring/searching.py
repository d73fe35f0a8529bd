"""The process in which patterns of a procedure are searched for: one JSON line in, one out. It can be ended."""

from __future__ import annotations

import json
import re
import sys


def main() -> None:
    """Answer ``[pattern, text]`` with all that was found: the first group of each place, or the place itself."""
    for line in sys.stdin:
        pattern, text = json.loads(line)
        found = [m.group(m.re.groups and 1) for m in re.finditer(pattern, text, re.MULTILINE)]
        sys.stdout.write(json.dumps([part for part in found if part is not None]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
