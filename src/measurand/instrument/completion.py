"""Answers of language models in the shape of OpenAI's: what is asked, and what an answer holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from measurand.document.observation import Observation, Task
from measurand.instrument.attempt import Fault
from measurand.instrument.scoring.log_probability import alternatives

Api = Literal["chat", "completions"]


def question(task: Task, api: Api, *, media: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What is asked: a message of the user, or a text that is to be gone on with. The prompt, or the input columns
    joined by lines; ``media`` is the image or the sound that goes with it."""
    text = task.prompt or "\n".join(cell for name, cell in task.input.items() if name != task.media)
    if api != "chat":
        return {"prompt": text}
    content = text if media is None else [*([{"type": "text", "text": text}] if text else []), media]
    return {"messages": [{"role": "user", "content": content}]}


def read(found: Mapping[str, Any], task: Task, *, model: str, api: Api = "chat") -> Observation | Fault:
    """The observation of an answer: text, why it ended, tokens; or a fault of shape."""
    try:
        choice = found["choices"][0]
        text, finish = choice["message"]["content"] if api == "chat" else choice["text"], choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError):
        place = "choices[0].message.content" if api == "chat" else "choices[0].text"
        return Fault("other shape", f"an answer without {place}")
    if str(found.get("model", model)) != model:
        return Fault("other model", f"{str(found['model'])[:100]!r} answered", permanent=True)
    refused = finish == "content_filter" or (api == "chat" and text is None and choice["message"].get("refusal"))
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
    if likely := alternatives(choice):
        output["logprobs"] = likely
    return Observation(
        system=task.system, item=task.item, condition=dict(task.condition), repeat=task.repeat,
        status="refused" if refused else "ok", output=output, reason="content filter" if refused else "",
    )  # fmt: skip
