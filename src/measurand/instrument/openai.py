"""An endpoint that speaks as OpenAI's does: chat completions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from measurand.document.observation import Observation, Task
from measurand.document.procedure import System
from measurand.instrument.attempt import Fault
from measurand.instrument.http import Http, endpoint, expanded

KEY = "OPENAI_API_KEY"
"""Environment variable of the credentials, which are neither printed nor stored."""


class OpenAIChat:
    """``url`` ends before ``/chat/completions``. The input columns of an item are the message, joined by lines."""

    def __init__(
        self, url: str, model: str, *, settings: Mapping[str, Any] | None = None, connections: int = 1,
        seconds: float = 60.0,
    ) -> None:  # fmt: skip
        self.url, self.model, self.settings = url.rstrip("/"), model, dict(settings or {})
        secret = os.environ.get(KEY)
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self._http = Http(self.url, headers=headers, connections=connections, seconds=seconds)

    @classmethod
    def of(cls, system: System, folder: Path, *, connections: int = 1) -> OpenAIChat:
        """The instrument of a system of a procedure. Raises ProcedureError: no such variable, or no address."""
        url, model = endpoint(system.url or ""), expanded(system.model or "", key="model")
        return cls(url, model, settings=system.settings, connections=connections)

    def identity(self) -> Mapping[str, str]:
        """``access``, ``url``, ``model``; settings are part of the procedure."""
        return {"access": "openai", "url": self.url, "model": self.model}

    async def ask(self, task: Task) -> Observation | Fault:
        """One chat completion."""
        text = task.prompt or "\n".join(task.input.values())
        settings = {"seed": task.seed, **self.settings, **task.settings}
        body = {**settings, "model": self.model, "messages": [{"role": "user", "content": text}]}
        found = await self._http.post("/chat/completions", body)
        return found if isinstance(found, Fault) else read(found, task, model=self.model)

    async def close(self) -> None:
        """Close all connections."""
        await self._http.close()


def read(found: Mapping[str, Any], task: Task, *, model: str) -> Observation | Fault:
    """The observation of an answer: text, why it ended, tokens; or a fault of shape."""
    try:
        choice = found["choices"][0]
        text, finish = choice["message"]["content"], choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError):
        return Fault("other shape", "an answer without choices[0].message.content")
    if str(found.get("model", model)) != model:
        return Fault("other model", f"{str(found['model'])[:100]!r} answered", permanent=True)
    refused = finish == "content_filter" or (text is None and choice["message"].get("refusal"))
    if not refused and not isinstance(text, str):
        return Fault("other shape", "the content is no text")
    output = {"finish": str(finish or ""), "fingerprint": str(found.get("system_fingerprint") or "")}
    usage = found.get("usage")
    if isinstance(usage, dict):
        for name, key in (("tokens_in", "prompt_tokens"), ("tokens_out", "completion_tokens")):
            if isinstance(count := usage.get(key), int):
                output[name] = str(count)
    if text is not None:
        output["output"] = text
    return Observation(
        system=task.system, item=task.item, condition=dict(task.condition), repeat=task.repeat,
        status="refused" if refused else "ok", output=output, reason="content filter" if refused else "",
    )  # fmt: skip
