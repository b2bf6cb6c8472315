"""The terminal, or what stands in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from rich.console import Console, RenderableType

PIPED_WIDTH = 120


class Terminal(Console):
    """A console that prints texts as they are: no markup, no emoji codes, no guessed colours."""

    def __init__(self, file: IO[str], environment: Mapping[str, str]) -> None:
        told = file.isatty() or "COLUMNS" in environment
        super().__init__(
            file=file,
            width=None if told else PIPED_WIDTH,
            markup=False,
            emoji=False,
            highlight=False,
            _environ=environment,
        )

    def show(self, drawn: RenderableType) -> None:
        """Print `drawn` at once; what goes into a file or pipe has no white space at line ends.

        A line that must not be broken, such as one with a path, may be longer than the width.
        """
        if self.is_terminal:
            self.print(drawn, crop=False)
            return
        with self.capture() as captured:
            self.print(drawn, crop=False)
        lines = [line.rstrip() + "\n" for line in captured.get().splitlines()]
        self.file.write("".join(lines))
        self.file.flush()

    def on_broken_pipe(self) -> None:
        """Leave a reader that went away to the command line, which ends quietly."""
        raise BrokenPipeError
