"""Random streams by name: the same text gives the same stream, on any machine and with any number of workers."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.random import Generator


def generator(key: str) -> Generator:
    """Counter-based generator (Philox, Salmon et al. 2011) whose key is the SHA-256 of the text.

    >>> bool((generator("a/b").random(3) == generator("a/b").random(3)).all())
    True
    """
    digest = hashlib.sha256(key.encode("utf-8")).digest()
    return Generator(np.random.Philox(key=np.frombuffer(digest[:16], dtype="<u8")))
