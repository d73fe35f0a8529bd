"""An endpoint that speaks as OpenAI's does: chat completions, or completions of a text."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from measurand.document.observation import Observation, Task
from measurand.document.procedure import System
from measurand.instrument.attempt import Fault
from measurand.instrument.completion import Api, question, read
from measurand.instrument.http import Http, endpoint, expanded
from measurand.instrument.media import part

KEY = "OPENAI_API_KEY"
"""Environment variable of the credentials, which are neither printed nor stored."""
PATHS: Mapping[Api, str] = {"chat": "/chat/completions", "completions": "/completions"}


class OpenAIChat:
    """``url`` ends before ``/chat/completions`` or ``/completions``. The input columns of an item are what is asked,
    joined by lines, where there is no prompt."""

    def __init__(
        self, url: str, model: str, *, api: Api = "chat", settings: Mapping[str, Any] | None = None,
        folder: Path | None = None, connections: int = 1, seconds: float = 60.0,
    ) -> None:  # fmt: skip
        """``folder`` is where the images and sounds of the items lie."""
        self.folder = folder or Path()
        self.url, self.model, self.api, self.settings = url.rstrip("/"), model, api, dict(settings or {})
        self._connections, self._seconds = connections, seconds
        self._places: dict[str, Http] = {}

    @classmethod
    def of(cls, system: System, folder: Path, *, connections: int = 1) -> OpenAIChat:
        """The instrument of a system of a procedure. Raises ProcedureError: no such variable, or no address."""
        url, model = endpoint(system.url or ""), expanded(system.model or "", key="model")
        return cls(
            url, model, api=system.api or "chat", settings=system.settings, folder=folder, connections=connections
        )

    def identity(self) -> Mapping[str, str]:
        """``access``, ``url``, ``model``; settings are part of the procedure."""
        return {"access": "openai", "url": self.url, "model": self.model}

    async def ask(self, task: Task) -> Observation | Fault:
        """One completion; a factor whose ``setting`` is ``url`` or ``model`` says where, and of whom."""
        own = dict(task.settings)
        place, model = self._at(str(own.pop("url", self.url))), str(own.pop("model", self.model))
        settings = {"seed": task.seed, **self.settings, **own}
        media = part(task.input[task.media], self.folder) if task.media else None
        body = {**settings, "model": model, **question(task, self.api, media=media)}
        found = await place.post(PATHS[self.api], body)
        return found if isinstance(found, Fault) else read(found, task, model=model, api=self.api)

    async def close(self) -> None:
        """Close all connections."""
        for place in self._places.values():
            await place.close()

    def _at(self, url: str) -> Http:
        """The connections to an address. Raises ProcedureError where it is none."""
        if url not in self._places:
            secret = os.environ.get(KEY)
            headers = {"Authorization": f"Bearer {secret}"} if secret else {}
            where = self.url if url == self.url else endpoint(url).rstrip("/")
            self._places[url] = Http(where, headers=headers, connections=self._connections, seconds=self._seconds)
        return self._places[url]
