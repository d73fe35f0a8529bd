"""The floors of the house: who may import whom, read from the import statements of every file of the package.

Deferred imports and imports for type checking count as well. Modules loaded by name (``import_module("measurand...")``)
count for the floors, not for the rules about where the statement stands.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src"
PACKAGE = "measurand"

BELOW = frozenset({"errors", "message"})
GROUND = frozenset({"quantity", "statistic", "document"})

# room -> (rooms of ours it may import beside itself and what lies below all; packages of others)
FLOORS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "errors": (frozenset(), frozenset()),
    "message": (frozenset(), frozenset()),
    "quantity": (frozenset(), frozenset({"numpy", "scipy"})),
    "statistic": (frozenset(), frozenset({"numpy", "scipy"})),
    "document": (frozenset(), frozenset({"pydantic", "pydantic_core", "rfc8785"})),
    "study": (GROUND, frozenset({"numpy", "scipy"})),
    "instrument": (
        frozenset({"document"}),
        frozenset(
            {
                "numpy",
                "duckdb",
                "aiohttp",
                "jsonschema",
                "referencing",
                "sacrebleu",
                "model2vec",
                "pyarrow",
                "xllamacpp",
                "onnxruntime",
                "skops",
                "threadpoolctl",
                "pandas",
            }
        ),
    ),
    "lab": (
        frozenset({"document", "study", "instrument"}),
        frozenset({"numpy", "duckdb", "cryptography", "pydantic", "rfc8785", "PIL", "rfc3161_client"}),
    ),
    "export": (frozenset({"document"}), frozenset({"jinja2", "markupsafe", "pydantic", "typst"})),
    "api": (GROUND | {"study", "instrument", "lab", "export"}, frozenset({"numpy"})),
    "cli": (GROUND | {"study", "instrument", "lab", "export"}, frozenset({"click", "rich", "numpy"})),
    "pytest_plugin": (GROUND | {"lab", "export", "cli"}, frozenset({"pytest"})),
    "__init__": (frozenset({"api"}), frozenset()),  # public names, loaded by name
    "__main__": (frozenset({"cli"}), frozenset()),
}
DATA = "sector"  # loaded as files, imported by nobody
NEVER = ("scipy.stats", "pandas", "sklearn")
ELSEWHERE = {"pandas": "measurand.instrument.skops_process"}  # in a process of its own, for models fitted on its tables
DEFERRED = (
    "scipy",
    "rich",
    "duckdb",
    "jinja2",
    "PIL",
    "typst",
    "pyarrow",
)  # heavy: imported in the function that uses them
SCIPY = "scipy.special"  # the only part of scipy that is used
EFFECTS = frozenset(
    {
        "os",
        "pathlib",
        "io",
        "tempfile",
        "shutil",
        "glob",
        "random",
        "secrets",
        "time",
        "datetime",
        "socket",
        "ssl",
        "http",
        "urllib",
        "subprocess",
        "sqlite3",
    }
)
PURE = ("statistic", "quantity", "study")


@dataclass(frozen=True)
class Import:
    """One imported module: where, its full name, and whether the statement stands in a function or is by name."""

    file: Path
    line: int
    module: str
    in_function: bool
    by_name: bool = False

    @property
    def room(self) -> str:
        """The room of the importing file."""
        return room_of(self.file)

    def __str__(self) -> str:
        return f"{self.file.relative_to(SOURCE)}:{self.line} imports {self.module}"


def room_of(file: Path) -> str:
    """``src/measurand/quantity/source.py`` is in ``quantity``; ``src/measurand/errors.py`` is ``errors``."""
    first = file.relative_to(SOURCE / PACKAGE).parts[0]
    return first.removesuffix(".py")


def name_of(file: Path) -> str:
    """The module name of a file."""
    parts = file.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by name; the data rooms hold no modules."""
    files = (SOURCE / PACKAGE).rglob("*.py")
    return {name_of(file): file for file in sorted(files) if room_of(file) != DATA}


def absolute(node: ast.ImportFrom, file: Path) -> str:
    """The full name of the module after ``from``, relative dots resolved."""
    if not node.level:
        return node.module or ""
    here = name_of(file).split(".")
    package = here if file.name == "__init__.py" else here[:-1]
    kept = package[: len(package) - (node.level - 1)]
    return ".".join([*kept, *([node.module] if node.module else [])])


def loaded_by_name(node: ast.Call) -> str | None:
    """The leading text of the argument of ``import_module(...)``, when it is written out."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called != "import_module" or not node.args:
        return None
    argument = node.args[0]
    if isinstance(argument, ast.JoinedStr) and argument.values:
        argument = argument.values[0]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def imports_of(file: Path) -> Iterator[Import]:
    """Every import of a file."""

    def walk(node: ast.AST, inside: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(file, child.lineno, alias.name, inside)
            elif isinstance(child, ast.ImportFrom):
                origin = absolute(child, file)
                for alias in child.names:
                    inner = f"{origin}.{alias.name}"
                    is_module = inner in modules() or not origin.startswith(PACKAGE)
                    yield Import(file, child.lineno, inner if is_module else origin, inside)
            elif isinstance(child, ast.Call) and (name := loaded_by_name(child)):
                yield Import(file, child.lineno, name.rstrip("."), inside, by_name=True)
            yield from walk(child, inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))

    yield from walk(ast.parse(file.read_text(encoding="utf-8")), False)


@cache
def every_import() -> tuple[Import, ...]:
    """The imports of all modules of the package."""
    return tuple(found for file in modules().values() for found in imports_of(file))


def is_own(found: Import) -> bool:
    return found.module.split(".")[0] == PACKAGE


def is_part(module: str, of: str) -> bool:
    return module == of or module.startswith(of + ".")


def own_room(found: Import) -> str:
    """The room that an own import reaches into; the package itself (its version) is ``__init__``."""
    parts = found.module.split(".")
    return parts[1] if len(parts) > 1 and f"{PACKAGE}.{parts[1]}" in modules() else "__init__"


def offences(of: Iterator[Import]) -> str:
    return "\n".join(sorted(str(found) for found in of))


def test_every_room_has_a_floor() -> None:
    assert {room_of(file) for file in modules().values()} <= set(FLOORS)


@pytest.mark.parametrize("room", FLOORS)
def test_own_rooms(room: str) -> None:
    allowed = FLOORS[room][0] | BELOW | {room}
    if room not in BELOW | {"__init__"}:
        allowed |= {"__init__"}  # the version
    wrong = (f for f in every_import() if f.room == room and is_own(f) and own_room(f) not in allowed)
    assert not (text := offences(wrong)), text


@pytest.mark.parametrize("room", FLOORS)
def test_packages_of_others(room: str) -> None:
    allowed = FLOORS[room][1] | sys.stdlib_module_names
    wrong = (f for f in every_import() if f.room == room and not is_own(f) and f.module.split(".")[0] not in allowed)
    assert not (text := offences(wrong)), text


def test_nobody_imports_data() -> None:
    wrong = (f for f in every_import() if is_part(f.module, f"{PACKAGE}.{DATA}"))
    assert not (text := offences(wrong)), text


@pytest.mark.parametrize("module", NEVER)
def test_never_imported(module: str) -> None:
    found = (f for f in every_import() if name_of(f.file) != ELSEWHERE.get(module))
    wrong = (f for f in found if is_part(f.module, module))
    assert not (text := offences(wrong)), text


def test_scipy_is_only_its_special_functions() -> None:
    wrong = (f for f in every_import() if is_part(f.module, "scipy") and not is_part(f.module, SCIPY))
    assert not (text := offences(wrong)), text


@pytest.mark.parametrize("module", DEFERRED)
def test_heavy_packages_are_imported_where_they_are_used(module: str) -> None:
    checked = (f for f in every_import() if is_part(f.module, module) and not f.in_function)
    wrong = (f for f in checked if not for_type_checking(f))
    assert not (text := offences(wrong)), text


def for_type_checking(found: Import) -> bool:
    """Whether the statement stands under ``if TYPE_CHECKING``."""
    return any(
        inner.lineno <= found.line <= (inner.end_lineno or 0)
        for node in ast.walk(ast.parse(found.file.read_text(encoding="utf-8")))
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in node.body
    )


def test_no_own_module_is_imported_inside_a_function() -> None:
    wrong = (f for f in every_import() if is_own(f) and f.in_function and not f.by_name)
    assert not (text := offences(wrong)), text


def test_no_cycles() -> None:
    graph: dict[str, set[str]] = {name: set() for name in modules()}
    for found in every_import():
        if is_own(found) and not found.by_name:
            graph[name_of(found.file)].add(found.module)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail("import cycle: " + " -> ".join(error.args[1]))


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_touch_nothing_outside(room: str) -> None:
    wrong = (f for f in every_import() if f.room == room and f.module.split(".")[0] in EFFECTS)
    assert not (text := offences(wrong)), text


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_open_no_file(room: str) -> None:
    opened = [
        f"{file.relative_to(SOURCE)}:{node.lineno}"
        for file in modules().values()
        if room_of(file) == room
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"
    ]
    assert opened == []


def test_statistics_draw_no_random_number() -> None:
    drawn = [
        f"{file.relative_to(SOURCE)}:{node.lineno}"
        for file in modules().values()
        if room_of(file) == "statistic"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"random", "default_rng"}
    ]
    assert drawn == []
