"""JSON Schemas of models as the OpenAPI document may hold them where FastAPI puts none itself."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


def inlined(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of `model` with all it refers to written out; for models without a cycle."""
    schema = model.model_json_schema()
    defined = schema.pop("$defs", {})
    written: dict[str, Any] = _written(schema, defined)
    return written


def _written(part: Any, defined: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_written(each, defined) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _written(defined[part["$ref"].rpartition("/")[2]], defined)
    return {name: _written(each, defined) for name, each in part.items()}
