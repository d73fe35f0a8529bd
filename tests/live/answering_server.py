"""An endpoint that answers at once and well, and writes down each question before its answer: ``PROGRAM LOG SECONDS``.

The answer follows from the question and its seed alone. One line on standard output says the port. It ends by itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from pathlib import Path
from typing import IO


class Answers(asyncio.Protocol):
    """One connection."""

    def __init__(self, log: IO[str], delay: float) -> None:
        self.log, self.delay, self.data = log, delay, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.data += data
        while (end := self.data.find(b"\r\n\r\n")) >= 0:
            length = int(self.data[:end].lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            if len(self.data) < end + 4 + length:
                return
            body, self.data = self.data[end + 4 : end + 4 + length], self.data[end + 4 + length :]
            question = json.loads(body)
            said = question["messages"][0]["content"]
            text = said if isinstance(said, str) else said[0]["text"]
            self.log.write(text + "\n")
            drawn = hashlib.sha256(f"{text} {question['seed']}".encode()).digest()
            loop = asyncio.get_running_loop()
            loop.call_later(self.delay * drawn[1] / 128, self.answer, "yes" if drawn[0] < 180 else "no", len(text))

    def answer(self, text: str, asked: int) -> None:
        """Write one answer; the other end may be gone."""
        message = {"finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        usage = {"prompt_tokens": asked, "completion_tokens": 1}
        body = json.dumps({"model": "m", "choices": [message], "usage": usage}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        if not self.transport.is_closing():
            self.transport.write(head.encode() + body)


async def main(log: Path, seconds: float, delay: float) -> None:
    """Answer for so many seconds."""
    with log.open("a", buffering=1) as file:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Answers(file, delay), "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.sleep(seconds)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
