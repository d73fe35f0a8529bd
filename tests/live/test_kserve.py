"""An endpoint of the Open Inference Protocol: requests and answers of the specification and of servers, and faults."""

from __future__ import annotations

import asyncio
import csv
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aiohttp", reason="aiohttp is not installed")

from tests.live.inference_server import serving

from measurand.cli import main
from measurand.document.observation import Observation, Task
from measurand.errors import MeasurandError, ProcedureError, RunError
from measurand.instrument.attempt import Fault
from measurand.instrument.inference import described, tensors
from measurand.instrument.kserve import KServe
from measurand.instrument.prediction import Tensor

# The response of the specification's example (kserve/open-inference-protocol, inference_rest.md).
SPECIFICATION = json.loads("""
{ "id" : "42",
  "outputs" : [
    { "name" : "output0", "shape" : [ 3, 2 ], "datatype"  : "FP32", "data" : [ 1.0, 1.1, 2.0, 2.1, 3.0, 3.1 ] }
  ] }
""")
# What MLServer 1.7.1 says and answers (a logistic regression of scikit-learn, both outputs asked for).
MLSERVER = json.loads('{"name":"iris","versions":[],"platform":"","inputs":[],"outputs":[],"parameters":{}}')
MLSERVER_ANSWER = json.loads("""
{"model_name":"iris","model_version":"v0.1.0","id":"99492df7-53cb-4817-bbd6-dafb30372e43","parameters":{},
 "outputs":[
  {"name":"predict","shape":[1,1],"datatype":"INT64","parameters":{"content_type":"np"},"data":[1]},
  {"name":"predict_proba","shape":[1,2],"datatype":"FP64","parameters":{"content_type":"np"},
   "data":[0.002026547217035435,0.9979734527829646]}]}
""")
# Metadata of the OpenVINO model server (its documentation of the REST API), with smaller pictures.
OPENVINO = json.loads("""
{"name": "resnet", "versions": ["1"], "platform": "OpenVINO",
 "inputs": [{"name": "0", "datatype": "FP32", "shape": [1, 2, 2, 3]}],
 "outputs": [{"name": "1463", "datatype": "FP32", "shape": [1, 3]}]}
""")


def tensor(name: str, datatype: str, *shape: int) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": list(shape)}


def metadata(*inputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "m", "platform": "x", "inputs": list(inputs), "outputs": [], **more}


def output(datatype: str, data: Any, *shape: int, name: str = "y", **more: Any) -> dict[str, Any]:
    return {"model_name": "m", "outputs": [{**tensor(name, datatype, *shape), "data": data}], **more}


def ask(one: KServe, *rows: dict[str, str], **more: Any) -> list[Observation | Fault]:
    async def several() -> list[Observation | Fault]:
        try:
            return [await one.ask(Task("s", str(n), {}, 1, row, **more)) for n, row in enumerate(rows)]
        finally:
            await one.close()

    return asyncio.run(several())


def test_the_response_of_the_specification() -> None:
    (one,) = tensors(SPECIFICATION, []) or []
    assert one == Tensor("output0", (1.0, 1.1, 2.0, 2.1, 3.0, 3.1), True)
    rows = {**SPECIFICATION["outputs"][0], "data": [[1.0, 1.1], [2.0, 2.1], [3.0, 3.1]]}
    assert tensors({"outputs": [rows]}, ["output0"]) == [one]  # the specification allows both


def test_mlserver() -> None:
    settings = {"input": "patient", "datatype": "FP32", "output": ["predict", "predict_proba"], "classes": [0, 1]}
    with serving({"iris": MLSERVER}, {"iris": lambda _: MLSERVER_ANSWER}) as served:
        one = KServe(served.url, "iris", settings={**settings, "positive": 1})
        assert one.identity() == {"access": "kserve", "url": served.url, "model": "iris"}
        (found,) = ask(one, {"a": "1", "b": "2.5"})
    assert isinstance(found, Observation) and found.output == {
        "value": "1", "score:0": "0.002026547217035435", "score:1": "0.9979734527829646",
        "score": "0.9979734527829646", "fingerprint": "v0.1.0",
    }  # fmt: skip
    method, path, body, _ = served.asked[-1]
    assert (method, path) == ("POST", "/v2/models/iris/infer")
    assert body == {
        "inputs": [{"name": "patient", "shape": [1, 2], "datatype": "FP32", "data": [1.0, 2.5]}],
        "outputs": [{"name": "predict"}, {"name": "predict_proba"}],
    }


def test_openvino() -> None:
    answer = output("FP32", [[0.5, 2.0, 1.0]], 1, 3, name="1463", model_name="resnet", model_version="1")
    with serving({"resnet": OPENVINO}, {"resnet": lambda _: answer}) as served:
        one = KServe(served.url, "resnet", settings={"classes": ["cat", "dog", "cow"], "parameters": {"k": 1}})
        identity = one.identity()
        (found,) = ask(one, {f"p{n}": str(n) for n in range(12)})
    assert (identity["version"], identity["platform"]) == ("1", "OpenVINO")
    assert isinstance(found, Observation) and found.output["value"] == "dog"
    assert served.asked[-1][2] == {
        "inputs": [{"name": "0", "shape": [1, 2, 2, 3], "datatype": "FP32", "data": list(map(float, range(12)))}],
        "parameters": {"k": 1},
    }


@pytest.mark.parametrize(
    ("inputs", "row", "sent"),
    [
        ([tensor("t", "BYTES", -1, 1)], {"text": "cold rain"}, [("t", [1, 1], "BYTES", ["cold rain"])]),
        ([tensor("t", "BYTES", -1)], {"text": ""}, [("t", [1], "BYTES", [""])]),
        ([tensor("x", "FP64", -1, -1)], {"a": "0.1", "b": "-2"}, [("x", [1, 2], "FP64", [0.1, -2.0])]),
        ([tensor("x", "INT64", 2)], {"a": "3", "b": "4.0"}, [("x", [2], "INT64", [3, 4])]),
        (
            [tensor("age", "INT32", -1, 1), tensor("smoker", "BOOL", -1), tensor("site", "BYTES", -1)],
            {"site": "arm", "smoker": "false", "age": "50"},
            [("age", [1, 1], "INT32", [50]), ("smoker", [1], "BOOL", [False]), ("site", [1], "BYTES", ["arm"])],
        ),
    ],
)
def test_what_is_sent(inputs: list[dict[str, Any]], row: dict[str, str], sent: list[Any]) -> None:
    with serving({"m": metadata(*inputs)}, {"m": lambda _: output("BYTES", ["spam"], 1)}) as served:
        (found,) = ask(KServe(served.url, "m"), row)
    assert isinstance(found, Observation) and found.output == {"value": "spam"}
    keys = ("name", "shape", "datatype", "data")
    assert served.asked[-1][2]["inputs"] == [dict(zip(keys, one, strict=True)) for one in sent]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (output("FP32", [1.0, 2.0], 1, 3), "other shape"),
        (output("FP32", ["a"], 1), "other shape"),
        (output("INT64", [True], 1), "other shape"),
        (output("FP99", [1], 1), "other shape"),
        (output("FP32", 1.0, 1), "other shape"),
        ({"model_name": "m"}, "other shape"),
        ({"model_name": "m", "outputs": [3]}, "other shape"),
        (output("FP32", [1.0], 1, model_name="another"), "other model"),
        (output("FP32", [1.0], 1, model_version="2"), "other model"),
        ((400, {"error": "unexpected shape for input"}), "http 400"),
        ((503, {"error": "busy"}), "http 503"),
    ],
)
def test_faults(answer: Any, kind: str) -> None:
    with serving({"m": metadata(tensor("x", "FP32", -1, 1), versions=["1"])}, {"m": lambda _: answer}) as served:
        (found,) = ask(KServe(served.url, "m"), {"a": "1"})
    assert isinstance(found, Fault) and found.kind == kind
    assert found.permanent == (kind in ("other model", "http 400"))
    if kind == "http 400":
        assert found.reason == "unexpected shape for input"


def test_a_cell_that_is_none_is_not_sent() -> None:
    with serving({"m": metadata(tensor("x", "FP32", -1, 1))}, {"m": lambda _: output("FP32", [0.5], 1)}) as served:
        bad, good = ask(KServe(served.url, "m"), {"a": "nan"}, {"a": "1"})
    assert isinstance(bad, Observation) and (bad.status, bad.reason) == ("failed", "a: 'nan' is not a number")
    assert isinstance(good, Observation) and good.output == {"value": "0.5"}
    assert [one[0] for one in served.asked] == ["GET", "POST"]


@pytest.mark.parametrize(
    ("said", "settings", "error", "says"),
    [
        (metadata(), {}, ProcedureError, "does not say what m takes"),
        (metadata(), {"input": "x", "datatype": "FLOAT"}, ProcedureError, "does not say what m takes"),
        (metadata(tensor("x", "FP32", 1)), {"input": "x"}, ProcedureError, r"settings\.input has no effect"),
        (metadata(tensor("x", "FP32", 1), versions=["1", "2"]), {}, ProcedureError, "several versions of m: 1, 2"),
        ({"name": "m", "inputs": [{"name": "x"}]}, {}, RunError, "not in the shape"),
        ({"inputs": []}, {}, RunError, "not in the shape"),
        ((404, {"error": "no such model"}), {}, RunError, "http 404: no such model"),
        ((401, {"error": "who is there?"}), {}, RunError, "credentials refused"),
        (metadata(), {"inputs": "x"}, ProcedureError, "no setting inputs"),
    ],
)
def test_what_stops_before_anything_is_asked(
    said: Any, settings: dict[str, Any], error: type[MeasurandError], says: str
) -> None:
    with serving({"m": said}, {}) as served, pytest.raises(error, match=says):
        KServe(served.url, "m", settings=settings).identity()
    assert all(one[0] == "GET" for one in served.asked)


@pytest.mark.parametrize(
    ("inputs", "more", "says"),
    [
        ([tensor("x", "FP32", -1, 3)], {}, r"m takes x FP32 \[\?, 3\]; reference\.input gives 1 columns"),
        ([tensor("x", "FP32", -1, 1), tensor("z", "FP32", -1, 1)], {}, "are not the columns"),
        ([tensor("x", "COMPLEX", -1, 1)], {}, "a number, a truth value or a text|takes x COMPLEX"),
        ([tensor("x", "FP32", -1, 1)], {}, "the output y of m holds 2 scores, and nothing names their classes"),
        ([tensor("x", "FP32", -1, 1)], {"prompt": "?"}, "no prompt"),
        ([tensor("x", "FP32", -1, 1)], {"settings": {"classes": []}}, "cannot vary"),
    ],
)
def test_what_stops_the_run(inputs: list[dict[str, Any]], more: dict[str, Any], says: str) -> None:
    answer = output("FP32", [0.25, 0.75], 1, 2)
    said = {"m": metadata(*inputs)}
    with serving(said, {"m": lambda _: answer}) as served, pytest.raises(MeasurandError, match=says):
        ask(KServe(served.url, "m"), {"a": "1"}, **more)


def test_metadata_of_other_shapes() -> None:
    for wrong in ({}, {"name": "m", "inputs": [{"name": "x", "datatype": "FP32", "shape": "3"}]}):
        with pytest.raises(ValueError):
            described(wrong)


PROCEDURE = """\
schema    = "measurand/procedure/1"
id        = "KSERVE-01"
system    = { name = "m", access = "kserve", url = "URL", model = "m", settings = SETTINGS }
reference = { file = "items.csv", item = "id", input = ["a", "b"], value = "truth" }
design    = { concurrency = 4 }
sampling  = { population = "patients" }
measurand = [
  { id = "accuracy", quantity = "accuracy" },
  { id = "auc", quantity = "auc", positive = "yes" },
  { id = "latency", quantity = "mean", of = "seconds", unit = "s" },
]
"""
PROCEDURE = PROCEDURE.replace("SETTINGS", '{ classes = ["no", "yes"], positive = "yes", version = "7" }')


def test_the_whole_way(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted by hand: the model says yes above 0.5; of 40 items 0, 10, 30 are on the wrong side, 20 is a tie (no)."""
    monkeypatch.setenv("KSERVE_TOKEN", "token-of-the-test")
    rows = [(n, n / 40, 0.0, "yes" if (n >= 20) != (n % 10 == 0) else "no") for n in range(40)]
    with (tmp_path / "items.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "a", "b", "truth"), *rows])

    def answer(body: dict[str, Any]) -> Any:
        (p, _) = body["inputs"][0]["data"]
        if p == 0.25 and sum(one[2] == body for one in served.asked) < 2:
            return 503, {"error": "busy"}
        return output("FP64", [1 - p, p], 1, 2, model_version="7")

    said = {"m/versions/7": metadata(tensor("x", "FP32", -1, 2), versions=["6", "7"])}
    with serving(said, {"m/versions/7": answer}) as served:
        (tmp_path / "p.measure.toml").write_text(PROCEDURE.replace("URL", served.url))
        code = main(["measure", str(tmp_path / "p.measure.toml"), "--out", str(tmp_path / "out"), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == 0, found
    value = {one["id"]: float(one["value"]) for one in found["results"]}
    pairs = [(a, b) for _, a, _, yes in rows for _, b, _, no in rows if (yes, no) == ("yes", "no")]
    assert value["accuracy"] == 37 / 40
    assert value["auc"] == pytest.approx(sum(a > b for a, b in pairs) / len(pairs), abs=1e-12)
    assert len(served.asked) == 1 + 40 + 1 and value["latency"] > 0
    assert {one[3].get("Authorization") for one in served.asked} == {"Bearer token-of-the-test"}
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"token-of-the-test" not in everything


def test_an_interrupted_run_goes_on_to_the_bytes_of_an_unbroken_one(tmp_path: Path, capsys: Any) -> None:
    rows = [(n, n / 40, 0.0, "yes" if n % 3 else "no") for n in range(40)]
    with (tmp_path / "items.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "a", "b", "truth"), *rows])
    closed = [False]

    def answer(body: dict[str, Any]) -> Any:
        (p, _) = body["inputs"][0]["data"]
        if closed[0] and len(served.asked) > 15:
            return 401, {"error": "the token has expired"}
        return output("FP64", [1 - p, p], 1, 2, model_version="7")

    def record(folder: Path) -> dict[str, bytes]:
        (found,) = (path for path in folder.iterdir() if not path.name.startswith("."))
        names = ("evidence.parquet", "evidence.json", "results.json", "parts.json")
        return {name: (found / name).read_bytes() for name in names}

    said = {"m/versions/7": metadata(tensor("x", "FP32", -1, 2))}
    with serving(said, {"m/versions/7": answer}) as served:
        text = "\n".join(line for line in PROCEDURE.splitlines() if "latency" not in line)
        (tmp_path / "p.measure.toml").write_text(text.replace("URL", served.url))
        command = ["measure", str(tmp_path / "p.measure.toml"), "--json", "--out"]
        assert main([*command, str(tmp_path / "whole")]) == 0
        served.asked.clear()
        closed[0] = True
        assert main([*command, str(tmp_path / "broken")]) == 5
        assert "the token has expired" in capsys.readouterr().out
        closed[0] = False
        before = len(served.asked)
        assert main([*command, str(tmp_path / "broken")]) == 0
        assert 20 < len(served.asked) - before < 40  # what was answered is not asked again
    assert record(tmp_path / "broken") == record(tmp_path / "whole")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            ('positive = "yes", version', 'positive = "no", version'),
            "settings.positive gives the score of the class no",
        ),
        ((' positive = "yes",', ""), "needs a score; nothing says which of the model's scores it is"),
        (('model = "m", ', ""), "needs the name of the model"),
        (('url = "URL", ', ""), "needs the address of the endpoint"),
        (('access = "kserve", ', 'access = "kserve", limit = { seconds = 3 }, '), "`limit` has no effect"),
        (('of = "seconds"', 'of = "tokens_in"'), "is known of each answer for access"),
        (('value = "truth" }', 'value = "truth", media = "b" }'), "reference.media is not sent"),
    ],
)
def test_bad_input(tmp_path: Path, capsys: Any, change: tuple[str, str], says: str) -> None:
    (tmp_path / "items.csv").write_text("id,a,b,truth\n1,1,2,yes\n2,3,4,no\n")
    assert change[0] in PROCEDURE
    text = PROCEDURE.replace(*change).replace("URL", "http://[::1]:9")
    (tmp_path / "p.measure.toml").write_text(text)
    assert main(["measure", str(tmp_path / "p.measure.toml"), "--out", str(tmp_path / "out"), "--json"]) == 2
    assert says in capsys.readouterr().out
