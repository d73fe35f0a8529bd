"""What a reader holds about a public key: the name that the reader gave it, and the time for which it is trusted."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document


class Trust(Document):
    """Beside a trusted public key; all of it may be absent. Times are UTC, ``2026-11-22T22:08:08Z``."""

    schema_: Literal["measurand/trust/1"] = Field(default="measurand/trust/1", alias="schema")
    valid_from: str = ""
    valid_until: str = ""
    revoked_at: str = ""
    reason: Literal["", "compromised", "retired"] = ""
    compromised_since: str = ""
    """What is attested to have been signed before stands; empty: nothing that a compromised key signed does."""
    succeeds: tuple[str, ...] = ()
    """Fingerprints of the keys whose place this key takes, by their own word."""
