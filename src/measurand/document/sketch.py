"""The first procedure for a table: written by looking at its columns, with a comment wherever something was assumed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from measurand.document.expression import RESERVED
from measurand.document.identifier import identifier
from measurand.document.label import label
from measurand.document.loading import SCHEMA
from measurand.document.profile import Column, Profile, combinations_of, determines, identify, profile
from measurand.document.several import quantities_of_scores, ratings_of, scores_of
from measurand.document.table import Table
from measurand.document.written import comment, pair, quoted
from measurand.message import say

FORMATS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}


def sketch(table: Table, *, file: str = "", imported: str = "") -> str:
    """The text of a procedure for a table of outputs (``init --from``); ``file`` is its path from the procedure,
    ``imported`` that of the record of an import.

    It loads; comments say what was assumed and what to change. Nothing is read but the table.
    """
    seen = profile(table)
    name = file or PurePath(table.file).name
    conditions = _conditions(seen)
    item, extra = identify(seen, conditions)
    repeat = next((c for c in seen.role["repeat"] if c in conditions and c not in item), None)
    truth, output, measurands = _outputs(seen, item)
    scores = scores_of(seen, truth)
    if scores:
        measurands = [m for m in measurands if pair("quantity", "accuracy") in m]  # what one score alone would give
        output = {role: name for role, name in output.items() if role == "value" and measurands}
        measurands += [[pair("id", name), pair("quantity", name)] for name in quantities_of_scores(seen, scores)]
    ratings = ratings_of(seen, item, conditions)
    if ratings is not None:
        repeat, value, quantity = ratings
        truth, output = None, {"value": value}
        measurands = [[*comment("sketch.raters", column=repeat), pair("id", "alpha"), pair("quantity", quantity)]]
    measurands += _difference(seen, measurands[0])
    lines = [f"schema = {quoted(SCHEMA)}", f"id     = {quoted(_id(name))}", ""]
    lines += _systems(seen)
    lines += _observations(seen, name, item, repeat, output, scores)
    if imported:
        lines[-1:] = [*comment("import.sketch.imported"), pair("imported", imported), ""]
    lines += _reference(seen, truth)
    lines += _sampling(seen, name, item)
    factors = [c for c in conditions if c not in seen.role["system"] and c != repeat]
    ids: list[str] = []
    for c in (*factors, *extra):
        ids.append(_factor_id(c, ids))
        lines += _factor(seen.column[c], ids[-1], guessed=c in extra)
    for measurand in measurands:
        lines += ["", "[[measurand]]", *measurand]
    written = re.search(r'^id +. "(\w+)"', "\n".join(measurands[0]), re.MULTILINE)
    example = ["# [[requirement]]", f'# measurand   = "{written[1] if written else ""}"', "# lower_limit = 0.9"]
    lines += ["", *comment("sketch.requirement"), *example]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _conditions(seen: Profile) -> tuple[str, ...]:
    """Columns that say under which condition an observation was made: system, readers or sites, repeat."""
    found = [*seen.role["system"][:1], *(c for c in seen.role["reader"] if 1 < seen.column[c].distinct <= 200)]
    ids = seen.role["item"]
    for name in seen.role["repeat"][:1]:
        column = seen.column[name]
        # a repeat shows the same items again; a column that a possible key determines numbers something else
        twins = [c for c in ids if c != name and determines([seen.column[c]], column)]
        if column.distinct > 1 and not twins:
            found.append(name)
    return tuple(dict.fromkeys(found))


def _outputs(seen: Profile, item: Sequence[str]) -> tuple[str | None, dict[str, str], list[list[str]]]:
    """The column of the truth, the columns of the outputs by role, and the measurands that fit them."""
    used = {*item, *seen.role["annotator"], *seen.role["system"]}
    numbers = _numbers(seen, used)
    if numbers is not None:
        return numbers
    first = {
        r: next((c for c in seen.role[r] if c not in used), None) for r in ("predicted", "score", "success", "truth")
    }
    if len(seen.role["annotator"]) >= 2:
        first["truth"] = None
    predicted, score, truth = first["predicted"], first["score"], first["truth"]
    if predicted is not None and predicted == truth:
        truth = next((c for c in seen.role["truth"] if c != predicted and c not in used), None)
    judged = seen.role["annotator"][0] if len(seen.role["annotator"]) >= 2 else truth
    classes = seen.column[judged] if judged else None
    if classes is not None and (predicted or score):
        output = {key: c for key, c in (("value", predicted), ("score", score)) if c}
        return truth, output, _classified(seen, classes, output)
    if first["success"]:
        return None, {"value": first["success"]}, [_proportion("success", seen.column[first["success"]])]
    if score or predicted:
        name = score or predicted or ""
        key = "mean" if seen.column[name].numeric else "proportion"
        own = [pair("id", key), pair("quantity", key)]
        own += [] if key == "mean" else [pair("positive", seen.column[name].positive)]
        return None, {"value": name}, [comment("sketch.no_truth", column=name) + own]
    return None, *_nothing_found(seen, truth)


def _numbers(seen: Profile, used: set[str]) -> tuple[str, dict[str, str], list[list[str]]] | None:
    """Numbers that the system gives beside numbers that are held to be true, and predicted intervals; else None."""
    first = {r: next((c for c in seen.role[r] if c not in used), None) for r in ("number", "true_number")}
    ends = {r: next((c for c in seen.role[r] if c not in used), None) for r in ("lower", "upper")}
    number, truth = first["number"], first["true_number"]
    if truth is None or truth == number or (number is None and None in ends.values()):
        return None
    output = {"value": number} if number else {}
    wanted = [("bias", "bias"), ("mae", "mean_absolute_error"), ("rmse", "root_mean_square_error")] if number else []
    if ends["lower"] and ends["upper"]:
        output |= {"lower": ends["lower"], "upper": ends["upper"]}
        wanted += [("coverage", "interval_coverage"), ("width", "interval_width")]
    return truth, output, [[pair("id", name), pair("quantity", quantity)] for name, quantity in wanted]


def _difference(seen: Profile, first: Sequence[str]) -> list[list[str]]:
    """Of two systems also the difference of the first measurand."""
    systems = _system_ids(seen)
    if len(systems) != 2:
        return []
    names = f'over = "system", first = {quoted(systems[0])}, second = {quoted(systems[1])}'
    own = [re.sub(r'^(id +. "\w+)"', r'\1_difference"', line) for line in first]
    return [[*own, *comment("sketch.contrast"), f"contrast = {{ {names} }}"]]


def _nothing_found(seen: Profile, truth: str | None) -> tuple[dict[str, str], list[list[str]]]:
    """No column looks like an output: the share of one class of what there is, to have something that runs."""
    named = [c for c in seen.column.values() if 2 <= c.distinct <= 30]
    column = seen.column[truth] if truth else (named[-1] if named else None)
    if column is None:
        return {"value": "value"}, [[*comment("sketch.no_output"), pair("id", "mean"), pair("quantity", "mean")]]
    return {"value": column.name}, [[*comment("sketch.no_output"), *_proportion("share", column)]]


def _proportion(name: str, column: Column) -> list[str]:
    return [pair("id", name), pair("quantity", "proportion"), pair("positive", column.positive)]


def _classified(seen: Profile, classes: Column, output: dict[str, str]) -> list[list[str]]:
    """Measurands of a classifier with a truth: accuracy, and for two classes sensitivity, specificity and AUC."""
    two = classes.distinct == 2
    out = []
    if "value" in output:
        out.append([pair("id", "accuracy"), pair("quantity", "accuracy")])
    if two:
        cut = "value" not in output
        share = cut and seen.column[output["score"]].unit_interval
        positive = [*comment("sketch.positive", column=classes.name), pair("positive", classes.positive)]
        point = "0.5" if share else _middle(seen.column[output["score"]]) if cut else ""
        at = [*comment("sketch.threshold"), f"at       = {{ score = {point} }}"] if cut else []
        for name in ("sensitivity", "specificity"):
            out.append([pair("id", name), pair("quantity", name), *positive, *at])
            positive = [pair("positive", classes.positive)]
            at = at[-1:]
        if "score" in output:
            out.append([pair("id", "auc"), pair("quantity", "auc"), *positive])
    elif "value" not in output:
        name = output.pop("score")
        output["value"] = name
        out.append([*comment("sketch.no_truth", column=name), pair("id", "mean"), pair("quantity", "mean")])
    return out


def _middle(column: Column) -> str:
    values = sorted(column.values, key=float)
    return label(float(values[len(values) // 2]))


def _system_ids(seen: Profile) -> tuple[str, ...]:
    """The systems of the table: compared as identifiers, where 1.10 is not 1.1, not as labels."""
    if not seen.role["system"]:
        return ()
    cells = dict.fromkeys(seen.column[seen.role["system"][0]].cells)
    return tuple(dict.fromkeys(identifier(c) for c in cells if c.strip()))


def _systems(seen: Profile) -> list[str]:
    named = seen.role["system"][:1]
    if not named:
        return [*comment("sketch.system"), "[system]", 'name = "my system"', ""]
    several = [
        line for v in seen.column[named[0]].values for line in ("[[system]]", pair("id", v), pair("name", v), "")
    ]
    return [*comment("sketch.systems", column=named[0]), *several]


def _observations(
    seen: Profile,
    file: str,
    item: Sequence[str],
    repeat: str | None,
    output: Mapping[str, str],
    scores: Mapping[str, str],
) -> list[str]:
    lines = ["[observations]", pair("file", file)]
    suffix = PurePath(file).suffix.lower()
    if suffix not in FORMATS:
        lines.append(pair("format", "csv"))
    if not item:
        lines += [*comment("sketch.no_item"), pair("item", "item")]
    else:
        key = quoted(item[0]) if len(item) == 1 else "[" + ", ".join(map(quoted, item)) + "]"
        lines += [*comment("sketch.item"), f"item     = {key}"]
    lines += [pair(role, name) for role, name in output.items()]
    if scores:
        columns = ", ".join(f"{quoted(c)} = {quoted(name)}" for c, name in scores.items())
        lines += [*comment("sketch.scores"), f"scores   = {{ {columns} }}"]
    if seen.role["system"]:
        lines.append(pair("system", seen.role["system"][0]))
    if repeat is not None:
        lines += [*comment("sketch.repeat"), pair("repeat", repeat)]
    if seen.role["status"]:
        lines.append(pair("status", seen.role["status"][0]))
    return [*lines, ""]


def _reference(seen: Profile, truth: str | None) -> list[str]:
    if len(seen.role["annotator"]) >= 2 and truth is None:
        names = ", ".join(quoted(c) for c in seen.role["annotator"])
        return [*comment("sketch.annotators"), "[reference]", f"annotators = [{names}]", ""]
    if truth is None:
        return []
    return [*comment("sketch.reference"), "[reference]", pair("value", truth), ""]


def _sampling(seen: Profile, file: str, item: Sequence[str]) -> list[str]:
    lines = [*comment("sketch.population"), "[sampling]", pair("population", say("sketch.items_like", file=file))]
    key = [seen.column[c] for c in item]
    count = combinations_of(key)
    clusters = [c for c in seen.role["cluster"] if key and seen.column[c].distinct < count]
    cluster = next((c for c in clusters if determines(key, seen.column[c])), None)
    if cluster is not None:
        lines += [*comment("sketch.cluster", column=cluster), pair("cluster", cluster)]
    else:
        lines += comment("sketch.no_cluster")
    if seen.role["weight"]:
        lines.append(pair("weight", seen.role["weight"][0]))
    return [*lines, ""]


def _factor_id(column: str, taken: Sequence[str]) -> str:
    """An id made of the name of a column that no other factor has."""
    name = re.sub(r"\W+", "_", column, flags=re.ASCII).strip("_")[:50]
    name = (
        name
        if re.match(r"[A-Za-z]", name) and name not in RESERVED and name != "system"
        else f"factor_{name}".strip("_")
    )
    return next(free for n in range(len(taken) + 1) if (free := name if n == 0 else f"{name}_{n + 1}") not in taken)


def _factor(column: Column, name: str, *, guessed: bool) -> list[str]:
    random = not guessed and column.distinct >= 3
    key = "sketch.factor_random" if random else "sketch.factor_fixed"
    effect = "random" if random else "fixed"
    head = comment(key, column=column.name, count=column.distinct)
    return [*head, "[[factor]]", pair("id", name), pair("column", column.name), pair("effect", effect), ""]


def _id(file: str) -> str:
    name = re.sub(r"[^\w.+-]+", "-", PurePath(file).stem).strip("-.+_")[:90]
    return name if re.match(r"\w", name) else "procedure"
