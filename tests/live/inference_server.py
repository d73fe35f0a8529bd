"""An endpoint of the Open Inference Protocol in a thread of its own: models of one function each, and their faults."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answer = Callable[[dict[str, Any]], Any]
HOST = "127.0.0.1"


@dataclass
class Served:
    """Models by the path after ``/v2/models/``: what is said of each, and what it answers."""

    described: Mapping[str, Any]
    answers: Mapping[str, Answer]
    url: str = ""
    asked: list[tuple[str, str, Any, dict[str, str]]] = field(default_factory=list)
    """Method, path, body and headers of each request."""

    async def handle(self, request: web.Request) -> web.Response:
        """One request. An answer that is a pair is a status and a body."""
        path = request.path.removeprefix("/v2/models/")
        body = await request.json() if request.can_read_body else None
        self.asked.append((request.method, request.path, body, dict(request.headers)))
        if request.method == "GET":
            found = self.described.get(path, (404, {"error": f"Model {path} not found"}))
        else:
            found = self.answers[path.removesuffix("/infer")](body)
        status, said = found if isinstance(found, tuple) else (200, found)
        return web.json_response(said, status=status)


@contextmanager
def serving(described: Mapping[str, Any], answers: Mapping[str, Answer]) -> Iterator[Served]:
    """The endpoint, with its address; it ends with the block."""
    served, loop, ready = Served(described, answers), asyncio.new_event_loop(), threading.Event()

    async def start() -> web.AppRunner:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", served.handle)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        served.url = f"http://{HOST}:{runner.addresses[0][1]}"
        return runner

    def run() -> None:
        runner = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(10)
    try:
        yield served
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
