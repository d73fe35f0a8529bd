"""What is loaded when it is first called: a verb that ends early does not wait for what it does not use."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def later(module: str, name: str) -> Callable[..., Any]:
    """A callable that loads ``module`` when it is called, and calls the one of this name there.

    >>> later("math", "sqrt")(4.0)
    2.0
    """

    def called(*given: Any, **named: Any) -> Any:
        return getattr(import_module(module), name)(*given, **named)

    return called
