"""measurand: metrology for artificial intelligence.

Public names (``read``, ``reference``, ``measure``, ``at_least``, one function per quantity, ...) are those of
``measurand.api``; they are loaded when they are used.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """A public name of ``measurand.api``."""
    if name.startswith("_"):
        raise AttributeError(f"module 'measurand' has no attribute {name!r}")
    return getattr(import_module("measurand.api"), name)


def __dir__() -> list[str]:
    """All public names."""
    return sorted(["__version__", *import_module("measurand.api").__dir__()])
