"""Requests over HTTP: one GET, or one POST of JSON, limited in time and size, never redirected, its faults named."""

from __future__ import annotations

import email.utils
import json
import os
import re
import time
import urllib.parse
from collections.abc import Mapping
from typing import Any

import aiohttp

from measurand.document.strict import strict
from measurand.errors import ProcedureError
from measurand.instrument.attempt import Fault
from measurand.instrument.fault import fault

LARGEST = 8_000_000
"""Bytes of an answer that are read."""
LONGEST_WAIT = 3600.0
"""Seconds that the other end can ask to wait."""
REFUSED = {401: "credentials", 403: "credentials", 407: "proxy"}
TRANSIENT = {408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529}


class Http:
    """Connections to one address."""

    def __init__(self, url: str, *, headers: Mapping[str, str], connections: int, seconds: float) -> None:
        self.url, self.seconds = url, seconds
        self._headers, self._connections = dict(headers), connections
        self._session: aiohttp.ClientSession | None = None

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any] | Fault:
        """The JSON object that came back, or a fault."""
        return await self._asked("POST", path, body)

    async def get(self, path: str) -> dict[str, Any] | Fault:
        """The JSON object that is there, or a fault."""
        return await self._asked("GET", path, None)

    async def _asked(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any] | Fault:
        session = self._opened()
        try:
            async with session.request(method, f"{self.url}{path}", json=body, allow_redirects=False) as answer:
                data = await _limited(answer)
                return _read(answer.status, answer.headers, data)
        except TimeoutError:
            return Fault("timeout", f"no answer in {self.seconds:g} s", status="timeout")
        except aiohttp.ClientSSLError as error:
            return Fault("tls", str(error)[:200], stops=True)
        except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            return Fault("connection", f"{type(error).__name__}: {error}"[:200])
        except aiohttp.ClientError as error:
            return Fault("http", f"{type(error).__name__}: {error}"[:200])

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=self.seconds),
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=True,
                max_line_size=32_768,
            )
        return self._session


def expanded(text: str, *, key: str) -> str:
    """The text with each ``${NAME}`` replaced by that variable of the environment. Raises ProcedureError without it."""

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in os.environ:
            raise ProcedureError(fault("M0615.variable", file="", key=key, name=name))
        return os.environ[name]

    return re.sub(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", value, text)


def endpoint(text: str) -> str:
    """The address of an endpoint, with its variables. Raises ProcedureError: no address, or with credentials in it."""
    url = expanded(text, key="url")
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ProcedureError(fault("M0616.url", file="", url=f"{parts.scheme}://{parts.hostname or ''}"))
    return url


async def _limited(answer: aiohttp.ClientResponse) -> bytes | None:
    found = bytearray()
    async for chunk in answer.content.iter_chunked(65_536):
        found += chunk
        if len(found) > LARGEST:
            return None
    return bytes(found)


def _read(status: int, headers: Mapping[str, str], data: bytes | None) -> dict[str, Any] | Fault:
    if data is None:
        return Fault("too large", f"more than {LARGEST} bytes", permanent=True)
    if status != 200:
        return _not_ok(status, headers, data)
    if not data.strip():
        return Fault("empty", "an answer without a body")
    try:
        found = strict(data)
    except ValueError as error:
        return Fault("not json", str(error)[:100])
    if not isinstance(found, dict):
        return Fault("not json", f"a {type(found).__name__} came back; an object is expected")
    return found


def _not_ok(status: int, headers: Mapping[str, str], data: bytes) -> Fault:
    kind, reason = f"http {status}", _words(data)
    if status in REFUSED:
        return Fault(kind, f"{REFUSED[status]} refused: {reason}", stops=True)
    if 300 <= status < 400:
        return Fault(kind, "the endpoint sends elsewhere; requests are not redirected", stops=True)
    if status in TRANSIENT:
        return Fault(kind, reason, wait=waiting(headers.get("Retry-After", "")))
    return Fault(kind, reason, permanent=True)


def waiting(text: str) -> float:
    """Seconds of a Retry-After: a number, or a date of HTTP; 0 where it says neither.

    >>> waiting("1.5"), waiting("soon"), waiting("-3")
    (1.5, 0.0, 0.0)
    """
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text.strip()):
        return min(float(text), LONGEST_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError):
        return 0.0
    return min(max(until - time.time() + 1.0, 0.0), LONGEST_WAIT)  # a date counts whole seconds


def _words(data: bytes) -> str:
    """What an error says, without control characters, as data and not to be trusted."""
    text = data[:2000].decode("utf-8", "replace")
    try:
        found = json.loads(text)
        error = found["error"]
        text = error if isinstance(error, str) else str(error["message"])
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    return "".join(c if c.isprintable() else " " for c in text)[:200].strip()
