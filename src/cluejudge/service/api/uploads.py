"""Constitutions that are uploaded: read, checked and linted before they are stored."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from pydantic import BaseModel

from cluejudge.compiled import CompiledConstitution, load_compiled
from cluejudge.errors import ConstitutionError
from cluejudge.lint import Finding, lint
from cluejudge.service.courts import Courts
from cluejudge.service.problems import FieldError, Problem
from cluejudge.yamlfile import MAX_BYTES, read

_YAML = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "text/plain")


class Note(BaseModel):
    """What lint has to say; `level` is error, warning or note."""

    level: str
    code: str
    message: str
    rule: str = ""
    line: int | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Vetted:
    """A constitution that can be judged by, and what lint says of it."""

    compiled: CompiledConstitution
    notes: list[Note]


async def yaml_text(request: Request) -> str:
    """The body of an upload, never of one line. Raises `Problem` 400, 413, 415."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _YAML:
        said = f"a body of type '{kind}' cannot be read"
        raise Problem(415, "unknown-body", said, hint="send application/yaml")
    data = await request.body()
    if len(data) > MAX_BYTES:
        raise Problem(413, "too-large", f"a constitution has at most {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(400, "malformed", "the body is not UTF-8") from error
    # A text of one line would be taken for the path of a file.
    return text if text.endswith("\n") else f"{text}\n"


def vetted(text: str, courts: Courts) -> Vetted:
    """The constitution, if it is valid and the models can be asked about it; else `Problem` 422."""
    try:
        compiled = load_compiled(text)
        courts.judge_by(compiled)
    except ConstitutionError as error:
        raise _mistakes(error) from error
    found = lint(compiled, read(text), models=courts.base.models)
    return Vetted(compiled, [_note(one) for one in found])


def _mistakes(error: ConstitutionError) -> Problem:
    errors = [
        FieldError(at=f"line {one.line}" if one.line else "", message=str(one))
        for one in error.problems
    ]
    return Problem(422, "invalid", str(error.problems[0]), errors=errors[:100])


def _note(finding: Finding) -> Note:
    return Note(
        level=finding.level.value,
        code=finding.code,
        message=finding.message,
        rule=finding.rule_id,
        line=finding.line,
        hint=finding.hint,
    )
