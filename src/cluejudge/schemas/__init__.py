"""JSON Schemas of the files that people and programs exchange with this package.

`constitution.json` and `compiled.json` check YAML files in editors, short forms included;
`verdict.json` describes the JSON of a verdict. They lie beside this file, generated.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from cluejudge.compiled import CompiledConstitution
from cluejudge.constitution import Constitution
from cluejudge.verdict import Verdict

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, Schema]:
    """Every schema under its name, made from the models."""
    compiled = _of_file(CompiledConstitution)
    _add_short_forms(compiled["$defs"])
    return {
        "constitution": _of_file(Constitution),
        "compiled": compiled,
        "verdict": {"$schema": _DIALECT} | Verdict.model_json_schema(mode="serialization"),
    }


def write(folder: Path) -> list[Path]:
    """Writes each schema as `NAME.json` in `folder`, made if need be. Gives the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, schema in schemas().items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        paths.append(path)
    return paths


def _of_file(model: type[BaseModel]) -> Schema:
    schema: Schema = {"$schema": _DIALECT} | model.model_json_schema()
    _accept_numbers(schema)
    return schema


def _accept_numbers(schema: object) -> None:
    """Lets a number stand for free text, as the reader does: `version: 1.0`."""
    if isinstance(schema, dict):
        if schema.get("type") == "string" and "enum" not in schema:
            schema["type"] = ["string", "number"]
        for part in schema.values():
            _accept_numbers(part)
    elif isinstance(schema, list):
        for part in schema:
            _accept_numbers(part)


def _add_short_forms(defs: dict[str, Schema]) -> None:
    atom, group = defs["Atom"], defs["AnyOf"]
    words = atom["properties"]["objects"]
    one_word = words["items"]
    atom["properties"]["objects"] = {
        "anyOf": [{key: words.pop(key) for key in ("type", "items")}, one_word],
        **words,
    }
    defs["Atom"] = {"anyOf": [atom["properties"]["text"], atom]}
    defs["AnyOf"] = {"anyOf": [{"$ref": "#/$defs/Atom"}, group]}
