"""A model at an endpoint that speaks the Open Inference Protocol: KServe, Triton, MLServer, OpenVINO and others."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from measurand.document.observation import Observation, Task
from measurand.document.procedure import System
from measurand.errors import ProcedureError
from measurand.instrument.answer import read
from measurand.instrument.attempt import Fault
from measurand.instrument.fault import fault, hint_of, stopped
from measurand.instrument.feature import FeatureError
from measurand.instrument.http import Http, endpoint, expanded
from measurand.instrument.inference import KINDS, UNKNOWN, Described, described, question, tensors
from measurand.instrument.model_input import Filled, Input, features, filled
from measurand.instrument.model_settings import checked, fixed
from measurand.instrument.prediction import Reading, UnclearError, answer
from measurand.instrument.python import observation

KEY = "KSERVE_TOKEN"
"""Environment variable of the credentials, which are neither printed nor stored."""
SETTINGS = (
    "classes", "datatype", "input", "model_name", "output", "parameters", "positive", "softmax", "version",
)  # fmt: skip
TRIES, FIRST = 5, 0.5
"""Requests for what the server says of the model, and the seconds after the first one, doubled with each further."""


class KServe:
    """``url`` ends before ``/v2``. The input columns are the features in their order, or the model's inputs by name;
    each request is about one item."""

    def __init__(
        self, url: str, model: str, *, settings: Mapping[str, Any] | None = None, connections: int = 1,
        seconds: float = 60.0,
    ) -> None:  # fmt: skip
        given = checked(settings or {}, SETTINGS, access="kserve")
        self.url, self.model, self.settings = url.rstrip("/"), model, given
        self._reading = Reading.of(given)
        self._described: Described | None = None
        self._filled: dict[tuple[str, ...], list[Filled]] = {}
        version = given.get("version")
        self._path = f"/v2/models/{quote(model, safe='')}" + (f"/versions/{quote(version, safe='')}" if version else "")
        secret = os.environ.get(KEY)
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self._http = Http(self.url, headers=headers, connections=connections, seconds=seconds)

    @classmethod
    def of(cls, system: System, folder: Path, *, connections: int = 1) -> KServe:
        """The instrument of a system of a procedure. Raises ProcedureError: no such variable, or no address."""
        url, model = endpoint(system.url or ""), expanded(system.model or "", key="model")
        return cls(url, model, settings=system.settings, connections=connections)

    def identity(self) -> Mapping[str, str]:
        """``access``, ``url``, ``model``, and its version and platform as the server says; settings are part of the
        procedure. Asks the server once. Raises RunError, ProcedureError: what it says cannot be used."""
        known = self._described or asyncio.run(self._asked())
        self._described = known
        version = self.settings.get("version") or ", ".join(known.versions)
        said = {"version": version, "platform": known.platform}
        own = {"access": "kserve", "url": self.url, "model": self.model}
        return {**own, **{name: text for name, text in said.items() if text}}

    async def ask(self, task: Task) -> Observation | Fault:
        """One inference. Raises RunError: what the model takes or gives is not what the procedure says."""
        fixed(task, access="kserve")
        if self._described is None:
            self._described = await self._asked(keep=True)
        try:
            inputs, parameters = self._inputs(task), self.settings.get("parameters", {})
            cells = features(inputs, task.input)
            body = question(inputs, cells, outputs=self._reading.output, parameters=parameters)
            found = await self._http.post(f"{self._path}/infer", body)
            if isinstance(found, Fault):
                return found
            given = self._other(found, self._described) or tensors(found, self._reading.output)
            if isinstance(given, Fault):
                return given
            seen = observation(task, read(answer(given, self._reading)))
        except FeatureError as error:
            return observation(task, {"status": "failed", "reason": str(error)})
        except UnclearError as error:
            raise stopped(error.key, file=self.model, hint=hint_of(error.key), **error.fields) from None
        fingerprint = str(found.get("model_version") or "")
        return replace(seen, output={**seen.output, "fingerprint": fingerprint}) if fingerprint else seen

    async def close(self) -> None:
        """Close all connections."""
        await self._http.close()

    def _inputs(self, task: Task) -> list[Filled]:
        """Each input with its columns. Raises UnclearError."""
        columns = tuple(task.input)
        if columns not in self._filled and self._described is not None:
            self._filled[columns] = filled(self._described.inputs, columns)
        return self._filled[columns]

    def _other(self, found: Mapping[str, Any], known: Described) -> Fault | None:
        """The fault of an answer that is not of the model that was asked."""
        names = {self.settings.get("model_name", self.model), known.name}
        if str(found.get("model_name") or known.name) not in names:
            return Fault("other model", f"{str(found['model_name'])[:100]!r} answered", permanent=True)
        version = self.settings.get("version") or "".join(known.versions)
        if version and str(found.get("model_version") or version) != version:
            return Fault("other model", f"version {str(found['model_version'])[:100]!r} answered", permanent=True)
        return None

    async def _asked(self, *, keep: bool = False) -> Described:
        """What the server says of the model. Raises RunError: no answer; ProcedureError: it cannot be used."""
        found: dict[str, Any] | Fault = Fault("", "")
        try:
            for n in range(TRIES):
                found = await self._http.get(self._path)
                if not isinstance(found, Fault) or found.stops or found.permanent:
                    break
                await asyncio.sleep(max(found.wait, FIRST * 2**n) if n + 1 < TRIES else 0.0)
        finally:
            if not keep:
                await self._http.close()  # connections belong to the loop that opened them
        if isinstance(found, Fault):
            raise stopped("M0633.none", model=self.model, reason=f"{found.kind}: {found.reason}")
        try:
            return self._usable(described(found))
        except ValueError as error:
            raise stopped("M0633.shape", model=self.model, reason=str(error)) from None

    def _usable(self, known: Described) -> Described:
        """With the input that the settings describe, where the server describes none. Raises ProcedureError."""
        own = [name for name in ("input", "datatype") if name in self.settings]
        if len(known.versions) > 1 and "version" not in self.settings:
            several = ", ".join(known.versions)
            raise ProcedureError(
                fault("M0633.versions", file="", hint="M0633.versions_hint", model=self.model, versions=several)
            )
        if known.inputs and own:
            raise ProcedureError(fault("M0633.listed", file="", model=self.model, name=own[0]))
        if not known.inputs:
            datatype = self.settings.get("datatype", "")
            if len(own) < 2 or datatype not in KINDS:
                types = ", ".join(KINDS)
                raise ProcedureError(
                    fault("M0633.inputs", file="", hint="M0633.inputs_hint", model=self.model, types=types)
                )
            one = Input(self.settings["input"], datatype, KINDS[datatype], (UNKNOWN, UNKNOWN))
            return Described(known.name, known.versions, known.platform, (one,))
        return known
