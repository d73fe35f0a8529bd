"""What a start does not load: heavy packages wait until they are used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HELP = "import runpy; sys.argv = ['measurand', '--help']; runpy.run_module('measurand', run_name='__main__')"

NEVER = ("scipy", "scipy.stats", "sklearn", "pandas", "duckdb", "rich", "jinja2")
STARTS = [
    ("import measurand", NEVER),
    (HELP, (*NEVER, "numpy", "pydantic", "cryptography", "measurand.document", "measurand.study", "measurand.lab")),
]


def loaded(statement: str) -> set[str]:
    """The names in ``sys.modules`` after a statement, in an interpreter of its own."""
    program = (
        "import sys\n"
        f"try:\n    exec({statement!r})\n"
        "except SystemExit as end:\n"
        "    assert not end.code, end.code\n"
        "import json\n"
        "print('\\n' + json.dumps(sorted(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return set(json.loads(ended.stdout.splitlines()[-1]))


@pytest.mark.parametrize(("statement", "absent"), STARTS, ids=["import", "help"])
def test_start_leaves_out(statement: str, absent: tuple[str, ...]) -> None:
    assert loaded(statement) & set(absent) == set()


def test_public_names_load_without_what_they_do_not_need() -> None:
    """The documents and the certificate room work without numpy."""
    for room in ("document", "export"):
        found = loaded(
            "import importlib, pkgutil\n"
            f"room = importlib.import_module('measurand.{room}')\n"
            "for entry in pkgutil.iter_modules(room.__path__, room.__name__ + '.'):\n"
            "    importlib.import_module(entry.name)"
        )
        assert found & {"numpy", "scipy", "duckdb"} == set(), room
