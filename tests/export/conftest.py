"""The invented record, rendered once."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from measurand.document.certificate import Predicate
from measurand.export.html import render


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """The module that invents the record."""
    spec = importlib.util.spec_from_file_location("invented_sample", Path(__file__).with_name("sample.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def predicate(sample: ModuleType) -> Predicate:
    return sample.predicate()  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def envelope(sample: ModuleType, predicate: Predicate) -> bytes:
    return sample.envelope(predicate)  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def page(sample: ModuleType, predicate: Predicate, envelope: bytes) -> str:
    return render(sample.record(predicate), envelope, evidence_gz=None).decode("utf-8")
