"""The process in which a GGUF model runs: one JSON line in, one out (the other end is ``instrument.gguf``)."""

from __future__ import annotations

import json
import os
import secrets
import sys
from importlib import import_module
from typing import Any


def main(file: str, loading: str) -> None:
    """Load the model and answer questions until the other end closes."""
    questions, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the library prints must not get between the answers
    server = _server(file, json.loads(loading))
    for line in questions:
        asked = json.loads(line)
        handle = server.handle_chat_completions if asked["api"] == "chat" else server.handle_completions
        try:
            answer = handle(asked["body"])
        except ValueError as error:
            answer = {"error": {"message": str(error)}}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _server(file: str, loading: dict[str, Any]) -> Any:
    library: Any = import_module("xllamacpp")
    params = library.CommonParams()
    params.model.path = file
    params.n_ctx, params.n_gpu_layers = loading["n_ctx"], loading["n_gpu_layers"]
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = loading["n_threads"]
    params.n_parallel = 1
    params.cache_prompt, params.cache_ram_mib = False, 0  # a request must not depend on those before it
    params.fit_params = False  # nor the context on the memory that is free
    params.warmup, params.verbosity = False, 1
    params.api_keys = [secrets.token_hex(32)]  # the library listens on this machine: nobody else can ask
    return library.Server(params)


if __name__ == "__main__":
    main(*sys.argv[1:])
