"""``python -m measurand_verify``."""

import sys

from measurand_verify.cli import main

sys.exit(main())
