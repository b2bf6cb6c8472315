"""`cluejudge rules`."""

from __future__ import annotations

import click

from cluejudge.cli import exits


@click.command(help="Show a constitution: its rules, their chains, and what looks wrong in them.")
@click.argument("constitution", metavar="FILE|NAME")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rules(*, constitution: str, as_json: bool) -> int:
    """Print a constitution."""
    from cluejudge.cli.constitutions import read_any

    found = read_any(constitution)
    if as_json:
        click.echo(found.to_json())
    else:
        import os
        import sys

        from cluejudge.cli.chains import drawn
        from cluejudge.cli.terminal import Terminal

        Terminal(sys.stdout, os.environ).show(drawn(found))
    return exits.OK
