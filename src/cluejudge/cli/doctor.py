"""`cluejudge doctor`."""

from __future__ import annotations

import click

from cluejudge.cli import exits
from cluejudge.cli.models import model_options


@click.command(help="Show what is installed and usable, and time the models on one picture.")
@model_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(*, model: str, options: tuple[str, ...], as_json: bool) -> int:
    """Check the installation; 1 if something that is needed does not work."""
    from cluejudge.cli.checks import all_checks, as_text, to_json

    checks = all_checks(model, options)
    click.echo(to_json(checks) if as_json else as_text(checks))
    broken = any(check.needed and not check.works for check in checks)
    return exits.FAILED if broken else exits.OK
