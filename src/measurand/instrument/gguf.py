"""A language model in a GGUF file on this machine, run by llama.cpp in a process of its own (library ``xllamacpp``).

Each request starts from nothing: no prompt is kept from the one before, so that repeats are independent.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from measurand.document.live import SystemLimit
from measurand.document.observation import Observation, Task
from measurand.document.procedure import System
from measurand.document.strict import strict
from measurand.document.words import nearest
from measurand.errors import ProcedureError
from measurand.instrument.attempt import Fault
from measurand.instrument.completion import Api, question, read
from measurand.instrument.fault import fault, stopped
from measurand.instrument.lines import Lines

LOADING = {"n_ctx": 0, "n_threads": 1, "n_gpu_layers": 0}
"""Settings with which the model is loaded: tokens of context (0: as it was trained), threads, layers on a GPU."""
ASKING = frozenset({
    "temperature", "top_k", "top_p", "min_p", "top_n_sigma", "typical_p", "xtc_probability", "xtc_threshold",
    "dynatemp_range", "dynatemp_exponent", "mirostat", "mirostat_tau", "mirostat_eta", "repeat_last_n",
    "repeat_penalty", "presence_penalty", "frequency_penalty", "dry_multiplier", "dry_base", "dry_allowed_length",
    "dry_penalty_last_n", "dry_sequence_breakers", "samplers", "min_keep", "seed", "max_tokens", "stop",
    "ignore_eos", "logit_bias", "grammar", "json_schema", "response_format", "logprobs", "top_logprobs",
    "chat_template_kwargs",
})  # fmt: skip
"""Settings of a request. llama.cpp passes over one that it does not know; here that is an error."""
LARGEST_SEED = 2**32 - 2
"""The next one stands for a random seed (``LLAMA_DEFAULT_SEED``)."""
_SPLIT = re.compile(r"-(\d{5})-of-(\d{5})\.gguf\Z")
_PACKAGE = re.compile(r"package:([A-Za-z_]\w*)/(.+)\Z")
_TEMPLATE = b"tokenizer.chat_template"
_CHUNK = 1 << 22


class Gguf:
    """``target`` is a file, or ``package:NAME/FILE`` for one that an installed package holds (it is not imported).

    Raises ProcedureError: no such file, another format, a part is missing, a setting that llama.cpp does not have, a
    chat with a model that has no template for it.
    """

    batch = 1
    """Each answer is on the disk before the next question is asked."""

    def __init__(
        self, target: str, folder: Path, *, api: Api = "chat", settings: Mapping[str, Any] | None = None,
        limit: SystemLimit | None = None,
    ) -> None:  # fmt: skip
        self.target, self.api, self._limit = target, api, limit or SystemLimit()
        given = dict(settings or {})
        for name in given:
            _known(name, {*LOADING, *ASKING})
        self._settings = {name: value for name, value in given.items() if name in ASKING}
        loading = {name: given.get(name, value) for name, value in LOADING.items()}
        file = located(target, folder)
        self._digests, template = _read(parts(file))
        if api == "chat" and not template:
            raise ProcedureError(fault("M0623.template", file=target, hint="M0623.template_hint"))
        words = [sys.executable, "-P", "-m", "measurand.instrument.gguf_process", str(file), json.dumps(loading)]
        self._lines = Lines(words, folder, self._limit, name=target)

    @classmethod
    def of(cls, system: System, folder: Path, *, connections: int = 1) -> Gguf:
        """The instrument of a system of a procedure; it is asked one by one, so ``connections`` changes nothing."""
        api = system.api or "chat"
        return cls(system.target or "", folder, api=api, settings=system.settings, limit=system.limit)

    def identity(self) -> Mapping[str, str]:
        """``access``, ``target``, the SHA-256 of each file of the model, the version of ``xllamacpp``.

        Settings are part of the procedure.
        """
        own = {"access": "gguf", "target": self.target, "xllamacpp": metadata.version("xllamacpp")}
        return {**own, **{f"sha256 of {name}": digest for name, digest in self._digests.items()}}

    def observe(self, tasks: Iterable[Task]) -> Iterator[Observation]:
        """One observation per task. Raises RunError when the process ends or a setting is refused.

        No answer in ``limit.seconds`` is a ``timeout``; the model is loaded anew for the next item.
        """
        for task in tasks:
            for name in task.settings:
                _known(name, ASKING)
            body = {"seed": min(task.seed, LARGEST_SEED), **self._settings, **task.settings, **question(task, self.api)}
            asked = {"api": self.api, "body": {**body, "cache_prompt": False}}
            line = self._lines.asked(json.dumps(asked).encode() + b"\n")
            if line is None:
                yield _without(task, "timeout", f"no answer in {self._limit.seconds} s")
            else:
                yield self._observation(task, strict(line))

    def close(self) -> None:
        """End the process."""
        self._lines.close()

    def _observation(self, task: Task, answer: Mapping[str, Any]) -> Observation:
        if "error" in answer:
            error = answer["error"]
            if error.get("type") != "exceed_context_size_error":
                raise stopped("M0603.agreement", target=self.target, reason=str(error.get("message"))[:200])
            return _without(task, "failed", str(error["message"])[:200])
        found = read(answer, task, model=str(answer.get("model", "")), api=self.api)
        return _without(task, "failed", found.reason) if isinstance(found, Fault) else found


def located(target: str, folder: Path) -> Path:
    """The file that a target names. Raises ProcedureError: no such package or file, or no GGUF."""
    package = _PACKAGE.match(target)
    file = (folder / target).resolve()
    if package is not None:
        found = importlib.util.find_spec(package[1])
        places = (found.submodule_search_locations or []) if found is not None else []
        if not places:
            raise ProcedureError(fault("M0623.package", file=target, hint="M0623.package_hint", name=package[1]))
        file = Path(places[0]) / package[2]
    return file


def parts(file: Path) -> tuple[Path, ...]:
    """All files of a model, of which the first one is named: ``x-00001-of-00003.gguf`` has three.

    >>> [path.name for path in parts(Path("x-00001-of-00002.gguf"))]
    ['x-00001-of-00002.gguf', 'x-00002-of-00002.gguf']
    """
    split = _SPLIT.search(file.name)
    if split is None:
        return (file,)
    stem = file.name[: split.start()]
    return tuple(file.with_name(f"{stem}-{n:05}-of-{split[2]}.gguf") for n in range(1, int(split[2]) + 1))


def _read(files: Iterable[Path]) -> tuple[dict[str, str], bool]:
    """Name -> SHA-256 of each file, and whether one of them holds a template for chats."""
    digests, template = {}, False
    for path in files:
        digest, before = hashlib.sha256(), b""
        try:
            with path.open("rb") as file:
                if file.read(4) != b"GGUF":
                    raise ProcedureError(fault("M0623.format", file=str(path), hint="M0623.hint"))
                file.seek(0)
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
                    template = template or _TEMPLATE in before + chunk
                    before = chunk[-len(_TEMPLATE) :]
        except OSError as error:
            reason = error.strerror or str(error)
            raise ProcedureError(fault("M0623.file", file=str(path), hint="M0623.hint", reason=reason)) from None
        digests[path.name] = digest.hexdigest()
    return digests, template


def _known(name: str, names: Iterable[str]) -> None:
    if name not in names:
        near = nearest(name, names)
        hint = f"M0623.setting_hint{'_near' if near else ''}"
        raise ProcedureError(fault("M0623.setting", file="", hint=hint, name=name, near=near or ""))


def _without(task: Task, status: Any, reason: str) -> Observation:
    return Observation(task.system, task.item, dict(task.condition), task.repeat, status, {}, reason)
