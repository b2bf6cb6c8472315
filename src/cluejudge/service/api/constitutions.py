"""Constitutions: their versions, which of them is active, and what another one would change."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from cluejudge.digest import digest
from cluejudge.errors import UsageError
from cluejudge.service.api.incoming import LARGEST_VERSION
from cluejudge.service.api.uploads import Note, vetted, yaml_text
from cluejudge.service.context import Context
from cluejudge.service.dryrun import DryRuns
from cluejudge.service.flips import DryRun
from cluejudge.service.principal import MayAdmin, MayRead
from cluejudge.service.problems import Problem
from cluejudge.store.records import StoredConstitution

_OUTLINE = {
    "type": "object",
    "required": ["name", "rules"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "version": {"type": "string"},
        "description": {"type": "string"},
        "rules": {"type": "array", "minItems": 1, "items": {"type": "object"}},
    },
}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "A compiled constitution; its whole schema comes with the package.",
        "content": {"application/yaml": {"schema": _OUTLINE}},
    }
}


Name = Annotated[str, Path(max_length=128)]
Number = Annotated[int, Field(ge=1, le=LARGEST_VERSION)]


class VersionOut(BaseModel):
    """A version without its text; `label` is the version that its author wrote."""

    version: int
    label: str
    digest: str
    at: str
    by: str
    active: bool


class ConstitutionOut(BaseModel):
    """A constitution and its versions, the newest first."""

    name: str
    active: int | None = Field(description="the version that is judged by")
    versions: list[VersionOut]


class ConstitutionsOut(BaseModel):
    """All constitutions; `default` is for requests that name none."""

    default: str
    constitutions: list[ConstitutionOut]


class UploadOut(BaseModel):
    """What became of an upload; `added` is false where the newest version says the same."""

    added: bool
    constitution: StoredConstitution
    notes: list[Note]


class ActivateIn(BaseModel):
    """Which version to judge by."""

    model_config = ConfigDict(extra="forbid")

    version: Number


class DryRunIn(BaseModel):
    """What to try, and on how much."""

    model_config = ConfigDict(extra="forbid")

    version: Number
    images: int = Field(default=100, ge=0, le=500, description="kept images to judge again")
    seconds: float = Field(
        default=60.0, gt=0, le=600, description="what is not judged by then is left"
    )


def router(context: Context) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["constitutions"])
    _add_reading(routes, context)
    _add_uploading(routes, context)
    _add_choosing(routes, context)
    return routes


def _add_reading(routes: APIRouter, context: Context) -> None:
    record, constitutions = context.record, context.store.constitutions

    @routes.get("/v1/constitutions")
    async def all_of_them(who: MayRead) -> ConstitutionsOut:
        """All constitutions, with their versions."""
        names = await record.ask(constitutions.names)
        found = [_listed(name, await record.ask(constitutions.versions, name)) for name in names]
        return ConstitutionsOut(default=context.courts.default, constitutions=found)

    @routes.get("/v1/constitutions/{name}")
    async def one(who: MayRead, name: Name) -> ConstitutionOut:
        """A constitution and its versions."""
        versions = await record.ask(constitutions.versions, name)
        if not versions:
            raise Problem(404, "no-constitution", "there is no constitution of this name")
        return _listed(name, versions)

    @routes.get("/v1/constitutions/{name}/versions/{version}")
    async def version(
        who: MayRead, name: Name, version: Annotated[int, Path(ge=1, le=LARGEST_VERSION)]
    ) -> StoredConstitution:
        """A version with its text, as it was uploaded."""
        return await context.courts.stored(name, version)


def _add_uploading(routes: APIRouter, context: Context) -> None:
    record, courts = context.record, context.courts
    constitutions = context.store.constitutions

    @routes.post(
        "/v1/constitutions",
        status_code=201,
        openapi_extra=_BODY,
        responses={200: {"model": UploadOut, "description": "The newest version says the same."}},
    )
    async def upload(
        request: Request,
        response: Response,
        who: MayAdmin,
        activate: Annotated[bool, Query(description="judge by it from now on")] = False,
    ) -> UploadOut:
        """Takes a compiled constitution as the next version under the name that stands in it.

        It is refused if it is not valid, or if the models cannot be asked about one of its rules.
        """
        text = await yaml_text(request)
        upload = await asyncio.to_thread(vetted, text, courts)
        compiled = upload.compiled
        before = await record.ask(constitutions.versions, compiled.name)
        stored = await record.ask(
            constitutions.add,
            text,
            name=compiled.name,
            label=compiled.version,
            digest=digest(compiled),
            by=who.name,
        )
        added = all(stored.version != one.version for one in before)
        if activate:
            stored = await record.ask(constitutions.activate, stored.name, stored.version, who.name)
        response.status_code = 201 if added else 200
        return UploadOut(added=added, constitution=stored, notes=upload.notes)


def _add_choosing(routes: APIRouter, context: Context) -> None:
    record, courts = context.record, context.courts
    constitutions = context.store.constitutions
    dry_runs = DryRuns(record, context.desk.slot)

    @routes.post("/v1/constitutions/{name}/activate")
    async def activate(who: MayAdmin, name: Name, wanted: ActivateIn) -> StoredConstitution:
        """Judges by a version from now on, if the models can be asked about it."""
        court = await courts.court(name, wanted.version)
        return await record.ask(constitutions.activate, name, court.version, who.name)

    @routes.post("/v1/constitutions/{name}/rollback")
    async def roll_back(who: MayAdmin, name: Name) -> StoredConstitution:
        """Judges by the version that was active before; twice goes back two steps."""
        try:
            return await record.ask(constitutions.roll_back, name, who.name)
        except UsageError as error:
            said = str(error.args[0])
            raise Problem(409, "nothing-before", said, hint=error.hint) from error

    @routes.post("/v1/constitutions/{name}/dry-run")
    async def dry_run(who: MayAdmin, name: Name, wanted: DryRunIn) -> DryRun:
        """What a version would make of kept images and of the regression cases.

        Nothing is decided by it. It runs beside the live traffic, one run at a time.
        """
        court = await courts.court(name, wanted.version)
        return await dry_runs.run(court, images=wanted.images, seconds=wanted.seconds)


def _listed(name: str, versions: tuple[StoredConstitution, ...]) -> ConstitutionOut:
    told = [VersionOut(**one.model_dump(exclude={"name", "text"})) for one in versions]
    active = next((one.version for one in versions if one.active), None)
    return ConstitutionOut(name=name, active=active, versions=told)
