"""The two sides of a test of code, each in a process of its own: ``PROGRAM candidate|tester FD LIMITS``.

The candidate defines functions and answers calls; the tester runs the tests, in which these functions are calls to the
other side. Only plain data pass between them, so that nothing that the candidate does can make a test pass but a right
value. This file needs the standard library alone: it runs without anything that is installed.
"""

from __future__ import annotations

import ast
import builtins
import ctypes
import json
import os
import platform
import resource
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

LARGEST = 1 << 24
"""Bytes of a message."""
LONGEST = 1 << 17
"""Elements of an iterator that are read."""
DEEPEST = 60
NOTHING = "the tests use nothing that the answer defines: a line such as check(name_of_the_function) may be missing"

# Linux, <asm/unistd.h>: reading, memory, time and what Python asks about itself. Nothing that could start a process,
# speak to others, signal, write a file or raise a limit.
_ALLOWED = {
    "x86_64": (
        0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 19, 20, 21, 23, 24, 25, 27, 28, 32, 33, 35, 39, 60, 63,
        79, 89, 96, 97, 98, 99, 100, 102, 104, 107, 108, 110, 131, 137, 138, 158, 186, 202, 204, 217, 218, 228, 229,
        230, 231, 262, 267, 269, 270, 271, 273, 292, 318, 324, 332, 334, 436, 439,
    ),
    "aarch64": (
        63, 64, 57, 80, 62, 222, 226, 215, 214, 134, 135, 139, 67, 65, 66, 124, 216, 232, 233, 23, 101, 172, 93, 160,
        17, 169, 163, 165, 179, 153, 174, 176, 175, 177, 173, 132, 43, 44, 178, 98, 123, 61, 96, 113, 114, 115, 94,
        79, 78, 48, 72, 73, 99, 24, 278, 283, 291, 293, 436, 439,
    ),
}  # fmt: skip
_OPEN = {"x86_64": ((2, 1), (257, 2)), "aarch64": ((56, 2),)}
"""Calls that open a file, and which argument says how."""
_CONTROL = {"x86_64": 72, "aarch64": 25}
_CONTROLS = (0, 1, 2, 3, 1030)
"""What ``fcntl`` may do: a second number, and what is known of it. Its owner and its signals reach other processes."""
_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class UnsupportedError(BaseException):
    """The tests need more than functions of plain data."""


class OtherError(Exception):
    """An error of the candidate that Python does not have."""


class Opaque:
    """A value that is no plain data; it equals nothing and can do nothing."""

    def __init__(self, name: str) -> None:
        self.name = name


def supported() -> bool:
    """Whether this machine can take the rights away."""
    return sys.platform == "linux" and platform.machine() in _ARCH


def reads_little() -> bool:
    """Whether files other than Python's own can be kept from being read (Landlock, Linux 5.13 and later)."""
    return int(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1)) > 0


def _only_python(libc: ctypes.CDLL) -> None:
    """Files can be read beneath Python's library and those of the system alone."""
    rights = 0b1101  # execute, read a file, read a folder; writing is handled too, and allowed nowhere
    handled = ctypes.c_uint64(rights | 0b10)
    rules = libc.syscall(444, ctypes.byref(handled), ctypes.c_size_t(8), 0)
    if rules < 0:
        return
    for folder in {str(Path(os.__file__).parent), f"{sys.base_prefix}/lib", "/usr/lib", "/lib", "/lib64"}:
        try:
            place = os.open(folder, os.O_PATH)
        except OSError:
            continue
        if libc.syscall(445, rules, 1, struct.pack("=Qi", rights, place), 0):
            os._exit(78)
        os.close(place)
    if libc.syscall(446, rules, 0):
        os._exit(78)
    os.close(rules)


def locked(limits: Mapping[str, int]) -> None:
    """Take all rights away but reading Python's files and what is open: resource limits, then a filter of calls."""
    for name, value in limits.items():
        resource.setrlimit(getattr(resource, name), (value, value))
    machine = platform.machine()
    code = [_step(0x20, 4), _step(0x15, _ARCH[machine], 1, 0), _step(0x06, 0x80000000), _step(0x20, 0)]
    if machine == "x86_64":
        code += [_step(0x35, 0x40000000, 0, 1), _step(0x06, 0x80000000)]  # the other tables of the same processor
    for call, argument in _OPEN[machine]:
        flags = [_step(0x20, 16 + 8 * argument), _step(0x45, _WRITING, 0, 1), _step(0x06, 0x00050001)]
        flags.append(_step(0x06, 0x7FFF0000))  # for reading
        code += [_step(0x15, call, 0, len(flags)), *flags]
    controls = [_step(0x20, 16 + 8)]
    for left, which in enumerate(reversed(_CONTROLS)):
        controls.insert(1, _step(0x15, which, left + 1, 0))
    controls += [_step(0x06, 0x00050001), _step(0x06, 0x7FFF0000)]
    code += [_step(0x15, _CONTROL[machine], 0, len(controls)), *controls]
    for call in _ALLOWED[machine]:
        code += [_step(0x15, call, 0, 1), _step(0x06, 0x7FFF0000)]
    code.append(_step(0x06, 0x00050001))  # everything else fails with EPERM
    steps = ctypes.create_string_buffer(b"".join(code))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(steps)))
    libc = ctypes.CDLL(None, use_errno=True)
    for words in ((4, 0, 0, 0, 0), (38, 1, 0, 0, 0)):  # nobody looks into this process; no new privileges
        if libc.prctl(*map(ctypes.c_ulong, words)):
            os._exit(77)
    _only_python(libc)
    if libc.prctl(*map(ctypes.c_ulong, (22, 2, ctypes.addressof(program), 0, 0))):
        os._exit(77)


def _step(code: int, k: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, k)


_WRITTEN: tuple[tuple[type | tuple[type, ...], Callable[[Any, int], Any]], ...] = (
    (bool, lambda v, n: bool(v)), (str, lambda v, n: str(v)), (int, lambda v, n: int(v)),
    (float, lambda v, n: {"f": repr(float(v))}), (complex, lambda v, n: {"c": [repr(v.real), repr(v.imag)]}),
    (list, lambda v, n: {"l": _several(v, n)}), (tuple, lambda v, n: {"t": _several(v, n)}),
    (set, lambda v, n: {"s": _several(v, n)}), (frozenset, lambda v, n: {"z": _several(v, n)}),
    (dict, lambda v, n: {"d": [[encoded(k, n), encoded(one, n)] for k, one in v.items()]}),
    ((bytes, bytearray), lambda v, n: {"b": bytes(v).hex()}), (range, lambda v, n: {"r": [v.start, v.stop, v.step]}),
    (Iterator, lambda v, n: {"i": _several(islice(v, LONGEST), n)}),
)  # fmt: skip


def encoded(value: Any, depth: int = 0) -> Any:
    """Plain data as JSON; anything else by the name of its type."""
    if value is None:
        return None
    if depth < DEEPEST:
        for kind, written in _WRITTEN:
            if isinstance(value, kind):
                return written(value, depth + 1)
    return {"o": type(value).__name__[:100]}


def _several(values: Iterable[Any], depth: int) -> list[Any]:
    return [encoded(one, depth) for one in values]


_MADE: Mapping[str, Callable[[Any], Any]] = {
    "f": float, "l": lambda v: [decoded(one) for one in v], "t": lambda v: tuple(decoded(one) for one in v),
    "s": lambda v: {decoded(one) for one in v}, "z": lambda v: frozenset(decoded(one) for one in v),
    "d": lambda v: {decoded(k): decoded(one) for k, one in v}, "b": bytes.fromhex,
    "c": lambda v: complex(float(v[0]), float(v[1])), "r": lambda v: range(*v),
    "i": lambda v: iter([decoded(one) for one in v]), "o": Opaque,
}  # fmt: skip


def decoded(value: Any) -> Any:
    """The data back, of Python's own types alone."""
    if isinstance(value, dict):
        ((sign, inner),) = value.items()
        return _MADE[sign](inner)
    return value


class Line:
    """Messages of JSON over a socket."""

    def __init__(self, descriptor: int) -> None:
        self._in, self._out = os.fdopen(descriptor, "rb"), os.fdopen(os.dup(descriptor), "wb")

    def say(self, message: Any) -> None:
        data = json.dumps(message).encode()
        self._out.write(struct.pack("!I", len(data)) + data)
        self._out.flush()

    def hear(self) -> Any:
        (size,) = struct.unpack("!I", self._whole(4))
        if size > LARGEST:
            raise EOFError
        return json.loads(self._whole(size))

    def _whole(self, size: int) -> bytes:
        data = self._in.read(size)
        if len(data) < size:
            raise EOFError
        return data


def candidate(line: Line, source: str) -> None:
    """Define what the answer defines, then answer calls until the tester goes."""
    space: dict[str, Any] = {"__name__": "candidate"}
    failed = ""
    try:
        exec(compile(source, "answer", "exec"), space)
    except BaseException as error:  # noqa: BLE001 - it may raise whatever it likes
        failed = f"{type(error).__name__}: {error}"[:200]
    while True:
        asked = line.hear()
        if "names" in asked:
            line.say({"failed": failed, "kinds": {name: _kind(space, name) for name in asked["names"]}})
        elif "get" in asked:
            line.say({"value": encoded(space[asked["get"]])})
        else:
            line.say(_called(space[asked["call"]], asked))


def _kind(space: Mapping[str, Any], name: str) -> str:
    if name not in space:
        return "absent"
    return "class" if isinstance(space[name], type) else "function" if callable(space[name]) else "value"


def _called(function: Callable[..., Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    given, named = [decoded(one) for one in asked["args"]], {k: decoded(v) for k, v in asked["named"].items()}
    try:
        value = encoded(function(*given, **named))
    except BaseException as error:  # noqa: BLE001 - it may raise whatever it likes
        return {"raises": type(error).__name__, "text": str(error)[:500]}
    return {"value": value, "args": [encoded(one) for one in given]}


def tester(line: Line, source: str) -> dict[str, str]:
    """What the tests say: ``pass``, ``fail`` or ``unsupported``."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError) as error:
        return {"verdict": "unsupported", "reason": f"the tests are no Python: {error}"[:200]}
    used: list[str] = []
    try:
        space = _space(line, _free(tree), used)
        exec(compile(tree, "tests", "exec"), space)
        if not used:
            raise UnsupportedError(NOTHING)
    except UnsupportedError as error:
        return {"verdict": "unsupported", "reason": str(error)[:200]}
    except BaseException as error:  # noqa: BLE001 - it may raise whatever it likes
        return {"verdict": "fail", "reason": f"{type(error).__name__}: {error}"[:200]}
    return {"verdict": "pass", "reason": ""}


def _space(line: Line, names: list[str], used: list[str]) -> dict[str, Any]:
    """What the tests see of the answer; ``used`` gets the names that they use.

    Raises UnsupportedError: they use nothing, or a class. RuntimeError: the answer itself raised.
    """
    if not names:
        raise UnsupportedError(NOTHING)
    line.say({"names": names})
    told = line.hear()
    if told["failed"]:
        raise RuntimeError(told["failed"])
    space: dict[str, Any] = {"__name__": "tests"}
    for name in names:
        kind = told["kinds"].get(name)
        if kind == "class":
            raise UnsupportedError(f"the tests use the class {name}")
        if kind == "function":
            space[name] = _proxy(line, name, used)
        elif kind == "value":
            used.append(name)
            line.say({"get": name})
            space[name] = decoded(line.hear()["value"])
    return space


def _free(tree: ast.AST) -> list[str]:
    """Names that the tests use and neither define nor have from Python."""
    used, own = set[str](), set(dir(builtins))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else own).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            own.add(node.name)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.alias):
            own.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            own.add(node.name)
    return sorted(used - own)


def _proxy(line: Line, name: str, used: list[str]) -> Callable[..., Any]:
    def call(*args: Any, **named: Any) -> Any:
        used.append(name)
        asked = {"args": [_plain(one, name) for one in args], "named": {k: _plain(v, name) for k, v in named.items()}}
        line.say({"call": name, **asked})
        found = line.hear()
        if "raises" in found:
            kind = getattr(builtins, found["raises"], None)
            known = isinstance(kind, type) and issubclass(kind, Exception)
            raise kind(found["text"]) if known else OtherError(found["text"])  # type: ignore[misc]
        for one, other in zip(args, found["args"], strict=True):
            _changed(one, decoded(other))
        return decoded(found["value"])

    call.__name__ = name
    return call


def _plain(value: Any, name: str) -> Any:
    found = encoded(value)
    if '{"o": ' in json.dumps(found):
        raise UnsupportedError(f"the tests give {name} more than plain data")
    return found


def _changed(one: Any, other: Any) -> None:
    """What the function did to a list, set or dict that it was given is seen by the tests."""
    if type(one) is list and type(other) is list:
        one[:] = other
    elif type(one) in (dict, set) and type(other) is type(one):
        one.clear()
        one.update(other)


def main() -> None:
    """Read the program from standard input, give the rights up, and play a part."""
    part, descriptor, limits = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
    source = sys.stdin.buffer.read().decode()
    sys.set_int_max_str_digits(0)
    line = Line(descriptor)
    verdict = os.dup(1)
    quiet = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(quiet, standard)
    locked(limits)
    if part == "candidate":
        os.close(verdict)
        try:
            candidate(line, source)
        except (EOFError, OSError):
            return
    os.write(verdict, json.dumps(tester(line, source)).encode())


if __name__ == "__main__":
    main()
