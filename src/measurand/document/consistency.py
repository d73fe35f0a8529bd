"""Checks between the tables of a procedure, and the defaults that depend on other tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from measurand.document.designing import fraction, nested_levels
from measurand.document.inputs import check_correlations, check_input
from measurand.document.judge_consistency import check_judge
from measurand.document.label import label
from measurand.document.models import check_measurands
from measurand.document.position import Path
from measurand.document.reading import Reader, found_below
from measurand.document.requirements import check_requirements
from measurand.document.scoring_consistency import check_scoring
from measurand.document.words import nearest
from measurand.message import say

Tables = dict[str, Any]

_EXTENSIONS = {"csv": "csv", "tsv": "csv", "txt": "csv", "parquet": "parquet", "pq": "parquet", "jsonl": "jsonl",
               "ndjson": "jsonl"}  # fmt: skip
_OUTPUTS = ("value", "output", "score", "scores", "lower", "upper", "members", "set")
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*\Z")
"""``module:function``."""
_ACCESS: dict[str, dict[str, tuple[str, str]]] = {
    "recorded": {},
    "python": {"target": ("M0205.target", "M0205.target_hint")},
    "command": {"target": ("M0205.target", "M0205.command_hint")},
    "gguf": {"target": ("M0205.target", "M0205.gguf_hint")},
    "skops": {"target": ("M0205.target", "M0205.skops_hint")},
    "onnx": {"target": ("M0205.target", "M0205.onnx_hint")},
    "kserve": {"url": ("M0205.url", "M0205.kserve_hint"), "model": ("M0205.model", "M0205.model_hint")},
    "openai": {"url": ("M0205.url", "M0205.url_hint"), "model": ("M0205.model", "M0205.model_hint")},
}
"""Access -> the keys of a system that it needs, with what is said without them; the others of these have no effect."""
_ONLY = {"limit": ("command", "gguf", "onnx", "skops"), "api": ("openai", "gguf")}
"""Key of a system -> the only kinds of access that it has an effect with."""
_COLUMNS = ("gguf", "onnx", "skops", "kserve")
"""Access of systems that take the input columns only, no file that a column names."""
_MODELS = ("onnx", "skops", "kserve")
"""Access of models that take numbers and words, and give values and scores."""
_LABELS = ("annotators", "annotations", "audit", "error")


def check(tables: Tables, reader: Reader) -> None:
    """Check a procedure whose tables have been read, and write the defaults into ``tables``.

    Nothing is checked against the data here: that is ``study.resolve``.
    """
    for name in ("factor", "input", "correlation", "measurand", "requirement"):
        tables.setdefault(name, [])
    budget = _is_budget(tables)
    _systems(tables, reader)
    _data(tables, reader, budget)
    check_scoring(tables, reader)
    check_judge(tables, reader)
    if "calibration" in tables.get("judge", {}):
        _format(tables["judge"]["calibration"], ("judge", "calibration"), reader)
    _sampling(tables, reader)
    _factors(tables, reader)
    for entry in tables["input"]:
        check_input(entry, reader)
    check_correlations(tables["correlation"], [e["id"] for e in tables["input"] if "id" in e], reader)
    _ids(tables, reader)
    check_measurands(tables["measurand"], tables["input"], reader)
    _estimands(tables, reader, budget)
    _contrasts(tables, reader)
    _validity(tables, reader)
    check_requirements(tables, reader)
    if "cell" in tables.get("report", {}) and tables["report"].get("disclosure", "open") == "open":
        reader.find("M0314.cell", ("report", "cell"))


def live(tables: Tables) -> bool:
    """Whether the observations are made by this program, and do not exist yet."""
    return any(s.get("access", "recorded") != "recorded" for s in tables.get("system", ()))


def _is_budget(tables: Tables) -> bool:
    measurands = tables["measurand"]
    observed = "observations" in tables or "reference" in tables or live(tables)
    return bool(measurands) and not observed and all("model" in m and "quantity" not in m for m in measurands)


def _systems(tables: Tables, reader: Reader) -> None:
    systems = tables.get("system") or [{"": ("system",)}]
    tables["system"] = systems
    for n, entry in enumerate(systems):
        entry.setdefault("access", "recorded")
        if "id" not in entry:
            entry["id"] = entry.get("name") or ("system" if len(systems) == 1 else f"system_{n + 1}")
        if entry["id"] in [e["id"] for e in systems[:n]]:
            reader.find("M0306.system", (*entry[""], "id"), id=entry["id"])
        if entry["access"] != systems[0]["access"]:
            reader.find("M0314.mixed_access", (*entry[""], "access"))
        _access(entry, reader)
    _prices(tables, reader)
    _media(tables, reader)
    _positive(tables, reader)


def _access(entry: Tables, reader: Reader) -> None:
    """What an access needs, and what has no effect with it."""
    needs = _ACCESS[entry["access"]]
    for sentence, hint in (said for key, said in needs.items() if key not in entry):
        reader.find(sentence, entry[""], say(hint), access=entry["access"])
    if entry["access"] == "python" and not _TARGET.match(entry.get("target", "m:f")):
        reader.find("M0302.target", (*entry[""], "target"), value=entry["target"])
    for key in (key for key, only in _ONLY.items() if key in entry and entry["access"] not in only):
        reader.find("M0314.target", (*entry[""], key), key=key, access=entry["access"])
    for key in (key for key in ("target", "url", "model") if key in entry and key not in needs):
        reader.find("M0314.target", (*entry[""], key), key=key, access=entry["access"])


def _media(tables: Tables, reader: Reader) -> None:
    """Images and sounds reach programs by their names, and endpoints of chats as they are; no other system."""
    if "media" not in tables.get("reference", {}):
        return
    for entry in tables["system"]:
        if entry["access"] in _COLUMNS or entry.get("api") == "completions":
            access = entry["access"] if entry["access"] in _COLUMNS else "completions"
            reader.find("M0314.media", ("reference", "media"), access=access)


def _positive(tables: Tables, reader: Reader) -> None:
    """The score that a model in a file or at an endpoint gives is of the class that is measured."""
    settings = [entry.get("settings", {}) for entry in tables["system"] if entry["access"] in _MODELS]
    named = {label(each["positive"]) for each in settings if isinstance(each, dict) and "positive" in each}
    for entry in tables["measurand"]:
        if (positive := entry.get("positive")) is not None and (wrong := named - {positive}):
            path = (*entry[""], "positive")
            reader.find("M0314.positive", path, id=entry.get("id", ""), positive=positive, score=min(wrong))


def _prices(tables: Tables, reader: Reader) -> None:
    """Prices are of one currency; a limit of money needs one for each system."""
    systems, wanted = tables["system"], "money" in tables.get("design", {}).get("limit", {})
    currencies = [entry["price"].get("currency") for entry in systems if "price" in entry]
    for entry in systems:
        if "price" in entry and entry["access"] != "openai":
            reader.find("M0314.target", (*entry[""], "price"), key="price", access=entry["access"])
        elif "price" in entry and entry["price"].get("currency") != currencies[0]:
            reader.find("M0314.currency", (*entry[""], "price", "currency"))
        elif "price" not in entry and wanted:
            reader.find("M0205.price", entry[""], say("M0205.price_hint"))


def _data(tables: Tables, reader: Reader, budget: bool) -> None:
    observations, reference = tables.get("observations"), tables.get("reference")
    unserved = any(f.code == "M0204" for f in reader.findings)
    if live(tables):
        if observations is not None:
            reader.find("M0314.observations", ("observations",))
        if reference is None:
            reader.find("M0205.items", ("system",), say("M0205.items_hint"))
        elif "file" not in reference or "item" not in reference:
            reader.find("M0205.reference_file", ("reference",))
    elif not unserved:  # else it is another kind of measurement: one reason is enough
        for key in ("repeats", "order", "concurrency", "fraction", "each"):
            if key in tables.get("design", {}):
                reader.find("M0314.recorded_design", ("design", key), key=key)
        if observations is None and not budget and not found_below(reader, "observations"):
            reader.find("M0205.observations", (), say("M0205.observations_hint"))
    if observations is not None:
        _format(observations, ("observations",), reader)
        if not unserved and not any(key in observations for key in _OUTPUTS):
            reader.find("M0205.output", ("observations",), say("M0205.output_hint"))
        if len(tables["system"]) > 1 and "system" not in observations:
            reader.find("M0205.which_system", ("observations",), say("M0205.which_system_hint"))
    if reference is not None:
        _reference(reference, observations, reader)


def _reference(reference: Tables, observations: Tables | None, reader: Reader) -> None:
    if "file" in reference:
        _format(reference, ("reference",), reader)
    elif observations is not None:
        reference["file"], reference["format"] = observations.get("file"), observations.get("format")
    if "item" not in reference and observations is not None:
        reference["item"] = observations.get("item")
    given = [key for key in _LABELS if key in reference]
    if len(given) > 1:
        reader.find("M0314.one_label_error", ("reference", given[1]), first=given[0], second=given[1])
    if not any(key in reference for key in ("value", "annotators", "annotations")) and not found_below(
        reader, "reference"
    ):
        reader.find("M0205.reference_value", ("reference",), say("M0205.reference_value_hint"))
    if len(reference.get("annotators", (1, 2))) < 2:
        reader.find("M0302.one_annotator", ("reference", "annotators"), say("M0302.one_annotator_hint"))
    if annotations := reference.get("annotations"):
        _format(annotations, ("reference", "annotations"), reader)
        annotations.setdefault("item", reference.get("item"))
    for key in ("annotator_model", "independent"):
        ways = {"annotators", "annotations"} | ({"certificate"} if key == "independent" else set())
        if key in reference and not ways & set(reference):
            reader.find("M0314.annotator_model", ("reference", key), key=key)
    if "tier" in reference and "certificate" not in reference and not found_below(reader, "reference"):
        reader.find("M0205.certificate", ("reference", "tier"))
    if audit := reference.get("audit"):
        _format(audit, ("reference", "audit"), reader)
        audit.setdefault("item", reference.get("item"))
        if "value" not in reference:
            reader.find("M0205.reference_value", ("reference",), say("M0205.audit_hint"))
    if (error := reference.get("error")) is not None:
        _error(error, reader)
    u = reference.get("standard_uncertainty")
    if u is not None and not isinstance(u, str) and float(u.value) <= 0:
        reader.find("M0302.positive", ("reference", "standard_uncertainty"), key="standard_uncertainty")


def _error(error: Tables, reader: Reader) -> None:
    path: Path = ("reference", "error")
    pair = [key for key in ("sensitivity", "specificity") if key in error]
    if found_below(reader, *map(str, path)):
        return
    ways = [key for key in ("rate", "by", "matrix", "counts") if key in error] + (["pair"] if pair else [])
    if len(ways) != 1 or len(pair) == 1 or ("by" in error) != ("rates" in error):
        reader.find("M0314.error", path, say("M0314.error_hint"))
    elif "rate" in error and float(error["rate"]["value"]) >= 0.5:
        reader.find("M0302.error_rate", (*path, "rate", "value"), value=error["rate"]["value"])
    elif pair and float(error["sensitivity"]["value"]) + float(error["specificity"]["value"]) <= 1:
        reader.find("M0302.error_chance", (*path, "sensitivity"))
    else:
        _several_errors(error, path, reader)


def _several_errors(error: Tables, path: Path, reader: Reader) -> None:
    """Checks of rates by level and of confusion matrices."""
    u = error.get("standard_uncertainty")
    for level, rate in error.get("rates", {}).items():
        if float(rate) >= 0.5:
            reader.find("M0302.error_rate", (*path, "rates"), value=f"{rate} ({level})")
    wanted = {"by": isinstance(u, dict) and set(u) == set(error.get("rates", {})),
              "matrix": isinstance(u, tuple) and len(u) == len(error.get("matrix", ()))}  # fmt: skip
    for way, fine in wanted.items():
        if way in error and not fine:
            reader.find("M0314.error_uncertainty", (*path, "standard_uncertainty"), way="rates" if way == "by" else way)
    if u is not None and not {"by", "matrix"} & set(error):
        reader.find("M0314.error_uncertainty_alone", (*path, "standard_uncertainty"))
    for n, row in enumerate(error.get("matrix", ())):
        if abs(sum(map(float, row)) - 1.0) > 1e-3:
            reader.find("M0302.matrix_sum", (*path, "matrix"), row=n + 1, sum=f"{sum(map(float, row)):g}")
    for n, row in enumerate(error.get("counts", ())):
        if sum(map(float, row)) < 2:
            reader.find("M0302.counts_row", (*path, "counts"), row=n + 1)


def _format(table: Tables, path: Path, reader: Reader) -> None:
    """Write the format that follows from the extensions of the files."""
    if "format" in table or "file" not in table or found_below(reader, *map(str, path), "format"):
        return
    found = {PurePosixPath(name).suffix.lower().lstrip(".") for name in table["file"]}
    formats = {_EXTENSIONS.get(extension) for extension in found}
    if len(formats) == 1 and None not in formats:
        table["format"] = formats.pop()
    else:
        reader.find(
            "M0302.extension", (*path, "file"), say("M0302.extension_hint"), files=", ".join(table["file"])[:200]
        )


def _sampling(tables: Tables, reader: Reader) -> None:
    sampling = tables.setdefault("sampling", {})
    if isinstance(sampling.get("population_size"), dict) and "stratum" not in sampling:
        reader.find("M0314.stratum_size", ("sampling", "population_size"))


def _factors(tables: Tables, reader: Reader) -> None:
    earlier: dict[str, tuple[str, ...]] = {}
    for entry in tables["factor"]:
        path = entry[""]
        nested_levels(entry, path, earlier, reader)
        if live(tables):
            _levels(entry, path, reader)
        else:
            if "levels" in entry:
                reader.find("M0204.levels", (*path, "levels"), say("M0204.levels_hint"))
            for key in (key for key in ("files", "setting") if key in entry):
                reader.find("M0314.recorded_design", (*path, key), key=key)
            if "id" in entry:
                entry.setdefault("column", entry["id"])
        earlier[str(entry.get("id"))] = entry.get("levels") or ()
        if isinstance(entry.get("weights"), dict):
            if entry.get("effect") == "random":
                reader.find("M0314.random_weights", (*path, "weights"))
            levels = entry.get("levels")
            if levels and set(levels) != set(entry["weights"]):
                reader.find("M0302.weights_levels", (*path, "weights"))
        if entry.get("id") == "system":
            reader.find("M0305.factor_system", (*path, "id"))
    fraction(tables, reader)


def _levels(entry: Tables, path: Path, reader: Reader) -> None:
    """A factor of a live run: its levels are written, or are those of prompt files."""
    if "column" in entry:
        reader.find("M0314.factor_column", (*path, "column"))
    if "files" in entry:
        for key in (key for key in ("levels", "setting") if key in entry):
            reader.find("M0314.files", (*path, key), key=key)
        entry["levels"] = entry["files"]
    if "levels" not in entry:
        reader.find("M0205.levels", path)


def _ids(tables: Tables, reader: Reader) -> None:
    """Inputs and measurands share one space of names; factors have their own."""
    for group in (("input", "measurand"), ("factor",)):
        seen: set[str] = set()
        for entry in (e for name in group for e in tables[name]):
            if entry.get("id") in seen:
                reader.find("M0306.id", (*entry[""], "id"), id=entry["id"])
            if "id" in entry:
                seen.add(entry["id"])


def _estimands(tables: Tables, reader: Reader, budget: bool) -> None:
    population = "population" in tables["sampling"]
    for entry in tables["measurand"]:
        if entry.get("estimand") == "generalised" and not population and not budget:
            reader.find("M0319.population", (*entry[""], "estimand"), say("M0319.population_hint"))
        if "estimand" not in entry:
            entry["estimand"] = "generalised" if population else "benchmark"


def _contrasts(tables: Tables, reader: Reader) -> None:
    systems = [s["id"] for s in tables["system"]]
    levels = {e["id"]: e.get("levels") for e in tables["factor"] if "id" in e}
    for entry in tables["measurand"]:
        contrast = entry.get("contrast", {})
        over, path = contrast.get("over"), (*entry[""], "contrast")
        if contrast:
            _kind_of_contrast(contrast, path, reader)
        if over == "system" and len(systems) < 2:
            reader.find("M0322.one_system", path, say("M0322.one_system_hint"))
            continue
        known: Sequence[str] | None = systems if over == "system" else levels.get(over or "")
        for side in ("first", "second"):
            if over == "system" and side in contrast:  # ids are compared as written, not as labels
                contrast[side] = next((s for s in systems if label(s) == contrast[side]), contrast[side])
            if known and side in contrast and contrast[side] not in known:
                near = nearest(contrast[side], known)
                hint = (
                    say("procedure.did_you_mean", words=near)
                    if near
                    else say("procedure.known_are", words=", ".join(known))
                )
                reader.find("M0302.contrast_level", (*path, side), hint, value=contrast[side], over=over)
        if entry.get("by") is not None and entry.get("by") == over:
            reader.find("M0302.by_contrast", (*entry[""], "by"), value=over)
        elif "by" in entry and over != "system" and "first" in contrast and "second" not in contrast:
            reader.find("M0314.by_each", (*entry[""], "by"), say("M0314.by_each_hint"), over=over)


def _kind_of_contrast(contrast: Tables, path: Path, reader: Reader) -> None:
    """The keys that a kind of contrast needs, and those that it cannot have."""
    kind = contrast.get("kind", "difference")
    if kind in ("difference", "ratio"):
        if "first" not in contrast:
            reader.find("M0205.required", path, say("M0205.contrast_hint"), key="first", table="contrast")
        return
    for side in ("first", "second"):
        if side in contrast:
            reader.find("M0314.side_of_all", (*path, side), key=side, kind=kind)
    if contrast.get("over") == "system":
        reader.find("M0314.all_systems", (*path, "over"), say("M0314.all_systems_hint"), kind=kind)


def _validity(tables: Tables, reader: Reader) -> None:
    validity = tables.setdefault("validity", {})
    excluded = validity.get("max_excluded")
    if excluded is not None:
        value, path = float(excluded.value), ("validity", "max_excluded")
        if excluded.unit in ("%", "1"):
            share = value / 100 if excluded.unit == "%" else value
            if not 0 <= share <= 1:
                reader.find("M0302.share", path, value=excluded.text)
            validity["max_excluded"] = excluded.model_copy(update={"value": _short(share), "unit": "1"})
        elif excluded.unit in ("", "items"):
            if value < 0 or value != int(value):
                reader.find("M0302.count", path, say("M0302.count_hint"), value=excluded.text)
            validity["max_excluded"] = excluded.model_copy(update={"unit": "items"})
        else:
            reader.find("M0304.excluded", path, say("M0302.count_hint"), value=excluded.text)
    reference = tables.get("reference", {})
    if "min_agreement" in validity and not ("annotators" in reference or "annotations" in reference):
        reader.find("M0314.agreement", ("validity", "min_agreement"))
    limit = validity.get("max_repeatability")
    if limit is not None and float(limit.value) <= 0:
        reader.find("M0302.positive", ("validity", "max_repeatability"), key="max_repeatability")


def _short(x: float) -> str:
    return repr(round(x, 12)).removesuffix(".0")
