"""Images and sounds as parts of a question: what is sent, what is recorded, and which files are not."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aiohttp", reason="aiohttp is not installed")

from tests.live.test_kills import server

from measurand.cli import main
from measurand.document.observation import Task
from measurand.instrument.openai import OpenAIChat

HOST = "127.0.0.1"
PROCEDURE = """\
schema    = "measurand/procedure/1"
system    = {{ name = "m", access = "openai", url = "{url}", model = "m" }}
reference = {{ file = "items.csv", item = "id", input = ["question"], media = "picture", value = "truth" }}
scoring   = {{ kind = "normalised" }}
sampling  = {{ population = "pictures" }}
measurand = [ {{ id = "right", quantity = "proportion" }} ]
"""


def written(folder: Path, names: list[str], url: str) -> Path:
    for n, name in enumerate(names):
        if not name.startswith(("/", "..")) and name != "absent.png":
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(b"\x89PNG" + bytes([n]))
    rows = [f"{n},what is this,{name},yes" for n, name in enumerate(names)]
    (folder / "items.csv").write_text("id,question,picture,truth\n" + "\n".join(rows) + "\n")
    path = folder / "p.measure.toml"
    path.write_text(PROCEDURE.format(url=url))
    return path


@pytest.mark.parametrize(("name", "kind"), [("a.png", "image_url"), ("b.wav", "input_audio")])
def test_the_file_is_a_part_of_the_message(tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / name).write_bytes(b"bytes of it")
    sent: list[dict[str, Any]] = []

    async def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
        sent.append(body)
        return {"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]}

    async def asked() -> None:
        one = OpenAIChat("https://h/v1", "m", folder=tmp_path)
        one._at(one.url).post = post  # type: ignore[method-assign, assignment]
        await one.ask(Task("m", "1", {}, 1, input={"question": "what?", "picture": name}, media="picture"))
        await one.close()

    asyncio.run(asked())
    text, media = sent[0]["messages"][0]["content"]
    assert text == {"type": "text", "text": "what?"} and media["type"] == kind
    coded = base64.b64encode(b"bytes of it").decode()
    assert coded in json.dumps(media)


def test_the_record_holds_one_digest_of_all_files(tmp_path: Path, capsys: Any) -> None:
    names = [f"pictures/{n}.png" for n in range(12)]
    found = []
    with server(tmp_path / "log") as port:
        for _ in range(2):
            path = written(tmp_path, names, f"http://{HOST}:{port}/v1")
            assert main(["measure", str(path), "--out", str(tmp_path / "out"), "--json"]) == 0, capsys.readouterr()
            for record in (tmp_path / "out").glob("[!.]*"):
                sources = json.loads((record / "evidence.json").read_bytes())["sources"]
                found.append(sources["items.csv: picture"])
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    "system",
    [
        '{ name = "m", access = "gguf", target = "m.gguf" }',
        '{ name = "m", access = "openai", api = "completions", url = "https://h.example/v1", model = "m" }',
    ],
)
def test_a_system_of_texts_is_sent_none(tmp_path: Path, capsys: Any, system: str) -> None:
    path = written(tmp_path, ["a.png"], "https://h.example/v1")
    lines = path.read_text().splitlines()
    path.write_text("\n".join(f"system = {system}" if line.startswith("system") else line for line in lines))
    assert main(["measure", str(path), "--out", str(tmp_path / "out"), "--json"]) == 2
    assert "takes text only" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("absent.png", "is not there"),
        ("../secret.png", "outside of the folder"),
        ("/etc/passwd.png", "outside of the folder"),
        ("notes.txt", "is no image or sound"),
    ],
)
def test_other_files_are_not_sent(tmp_path: Path, capsys: Any, name: str, says: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    path = written(folder, [name], "https://h.example/v1")
    assert main(["measure", str(path), "--out", str(tmp_path / "out"), "--json"]) == 2
    assert says in capsys.readouterr().out
