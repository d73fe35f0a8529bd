"""The private key of a command: its passphrase comes from the environment, or is asked for on a terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from measurand.errors import StoreError
from measurand.lab.keys import PrivateKey, private_key
from measurand.message import say

PASSPHRASE = "MEASURAND_PASSPHRASE"


def signing_key(path: Path) -> PrivateKey:
    """The private key of a file. Raises StoreError."""
    given = os.environ.get(PASSPHRASE)
    try:
        return private_key(path, passphrase=given.encode() if given else None)
    except StoreError as problem:
        if given or problem.findings[0].code != "M0721" or not sys.stdin.isatty():
            raise
    return private_key(path, passphrase=click.prompt(say("cli.key.prompt"), hide_input=True, err=True).encode())
