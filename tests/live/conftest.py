"""Live tests talk to a server on this machine: they are skipped by name where not even that can be reached."""

from __future__ import annotations

import socket

import pytest


def reachable() -> bool:
    """Whether the loopback is up: a machine with its network off has it, a namespace without network need not."""
    with socket.socket() as server, socket.socket() as client:
        try:
            server.bind(("127.0.0.1", 0))
            server.listen()
            client.settimeout(5)
            client.connect(server.getsockname())
        except OSError:
            return False
    return True


@pytest.fixture(autouse=True, scope="session")
def loopback() -> None:
    if not reachable():
        pytest.skip("the loopback of this machine is not up")
