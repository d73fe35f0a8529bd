"""An independent verifier of measurand certificates, written from the format specification (docs/format.md)."""

from measurand_verify.check import Check, State
from measurand_verify.verification import Verification, verify

__all__ = ["Check", "State", "Verification", "verify"]
__version__ = "0.1.0"
