"""Settings of models in files and at endpoints: which there are, and what each may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from measurand.document.label import label
from measurand.document.observation import Task
from measurand.document.words import nearest
from measurand.errors import ProcedureError
from measurand.instrument.fault import fault


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _class(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and value != ""


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(text, str) and text for text in value)


def _labels(value: Any) -> bool:
    of_kind = isinstance(value, list) and all(isinstance(name, (str, int, float)) for name in value)
    return of_kind and len(value) > 1 and len(set(map(label, value))) == len(value)


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _text_or_texts(value: Any) -> bool:
    return _text(value) or _texts(value)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _nan(value: Any) -> bool:
    return bool(value == "nan")


def _table(value: Any) -> bool:
    return isinstance(value, dict)


Rule = tuple[Callable[[Any], bool], str]
RULES: Mapping[str, Rule] = {
    "any_version": (_flag, "setting.flag"),
    "batch": (_whole, "setting.whole"),
    "classes": (_labels, "setting.labels"),
    "datatype": (_text, "setting.text"),
    "input": (_text, "setting.text"),
    "missing": (_nan, "setting.nan"),
    "model_name": (_text, "setting.text"),
    "output": (_text_or_texts, "setting.text_or_texts"),
    "parameters": (_table, "setting.table"),
    "positive": (_class, "setting.class"),
    "provider": (_text, "setting.text"),
    "softmax": (_flag, "setting.flag"),
    "text": (_text_or_texts, "setting.text_or_texts"),
    "threads": (_whole, "setting.whole"),
    "trusted": (_texts, "setting.texts"),
    "version": (_text, "setting.text"),
}
"""Name -> what accepts its value, and the key of the words for what is expected."""


def checked(settings: Mapping[str, Any], names: Iterable[str], *, access: str) -> dict[str, Any]:
    """The settings of a system of this access, which has these. Raises ProcedureError."""
    known = sorted(names)
    for name, value in settings.items():
        if name not in known:
            near = nearest(name, known)
            hint = "M0631.setting_hint_near" if near else "M0631.setting_hint"
            unknown = fault(
                "M0631.setting", file="", hint=hint, access=access, name=name, near=near, known=", ".join(known)
            )
            raise ProcedureError(unknown)
        accepts, expected = RULES[name]
        if not accepts(value):
            raise ProcedureError(fault("M0631.value", file="", hint=f"M0631.{expected}", name=name, access=access))
    return dict(settings)


def fixed(task: Task, *, access: str) -> None:
    """Nothing of a model that is loaded once varies with a task. Raises ProcedureError: a setting, or a prompt."""
    for name in task.settings:
        raise ProcedureError(fault("M0631.varied", file="", access=access, name=name))
    if task.prompt:
        raise ProcedureError(fault("M0631.prompt", file="", hint="M0631.prompt_hint", access=access))
