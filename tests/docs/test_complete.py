"""What there is, is documented: every command, option of the service, endpoint and metric."""

from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.cli.main import COMMANDS
from cluejudge.cli.serve import serve
from tests.docs.pages import ROOT
from tests.service.making import context, service

ACTIONS = ("/activate", "/rollback", "/dry-run", "/versions/{version}", "/constitutions/{name}")
"""The ends of paths of constitutions, which the page shows with a name in them."""


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_section(command: str) -> None:
    assert f"\n## `cluejudge {command}`\n" in page("cli.md")


def test_every_option_of_the_service_is_told() -> None:
    section = page("cli.md").split("## `cluejudge serve`", 1)[1].split("\n## ", 1)[0]
    options = {one for parameter in serve.params for one in parameter.opts if one[:2] == "--"}
    assert {one for one in options if f"`{one}" not in section} == set()


def test_every_endpoint_and_metric_is_told(tmp_path: Path) -> None:
    with service(tmp_path) as client:
        paths = client.get("/openapi.json").json()["paths"]
        metrics = {metric.name for metric in context(client).counters.registry.collect()}
    told = page("service-api.md")
    missing = {path for path in paths if path not in told and not path.endswith(ACTIONS)}
    assert missing == set()
    shown = [action.replace("{name}", "pictogram").replace("{version}", "1") for action in ACTIONS]
    assert [action for action in shown if action not in told] == []
    ours = {name for name in metrics if name.startswith("cluejudge_")}
    assert {name for name in ours if name not in page("service.md")} == set()
