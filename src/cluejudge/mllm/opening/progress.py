"""The bars that transformers and the hub draw while they download and load."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from transformers.utils import logging


@contextmanager
def bars_for_watchers() -> Iterator[None]:
    """Bars on standard error while this lasts if it is a terminal; else none, whatever was set."""
    watched = sys.stderr is not None and sys.stderr.isatty()
    if watched or not logging.is_progress_bar_enabled():
        yield
        return
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.enable_progress_bar()
