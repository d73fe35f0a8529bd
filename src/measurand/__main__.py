"""``python -m measurand`` is the command ``measurand``."""

from __future__ import annotations

import sys

from measurand.cli import main

sys.exit(main())
