"""Runs the examples of the documentation: what a page shows, works.

The blocks of a page run from top to bottom in one empty folder: `python` blocks in one namespace,
the commands of `console` blocks in a shell. Blocks of any other language are not run.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Block, blocks, commands, links, pages

PAGES = pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)


@pytest.fixture
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH on which `cluejudge` and `python` are those of this test run."""
    folder = tmp_path_factory.mktemp("bin")
    for name, module in (("cluejudge", " -m cluejudge.cli.main"), ("python", "")):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}"{module} "$@"\n')
        script.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@PAGES
def test_the_examples_of_a_page_run(
    page: Path, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "$ curl " in page.read_text(encoding="utf-8") and shutil.which("curl") is None:
        pytest.skip("the examples of this page need curl")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    namespace: dict[str, object] = {"__name__": "__main__"}
    text = on_a_free_port(page.read_text(encoding="utf-8"))
    try:
        for block in blocks(text):
            if block.language == "python":
                run_python(page, block, namespace)
            elif block.language == "console":
                run_console(page, block)
    finally:
        end_what_runs(tmp_path)


@PAGES
def test_every_block_of_a_page_names_its_language(page: Path) -> None:
    for block in blocks(page.read_text(encoding="utf-8")):
        assert block.language, f"{page.name}:{block.line}"


@PAGES
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in links(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


SERVED = re.compile(r"(?<=serve --port )\d+")


def on_a_free_port(text: str) -> str:
    """A page that serves at free ports, so that two runs of the tests do not meet."""
    shown = set(SERVED.findall(text))
    with ExitStack() as held:
        for port in shown:
            free = held.enter_context(socket.create_server(("127.0.0.1", 0)))
            text = re.sub(rf"\b{port}\b", str(free.getsockname()[1]), text)
    return text


def test_a_page_is_served_on_a_free_port() -> None:
    text = "cluejudge serve --port 8765 &\ncurl http://127.0.0.1:8765/\n"
    (port,) = SERVED.findall(on_a_free_port(text))
    assert port != "8765"
    assert on_a_free_port(text).count("8765") == 0
    assert on_a_free_port("curl http://127.0.0.1:8765/\n") == "curl http://127.0.0.1:8765/\n"


def run_python(page: Path, block: Block, namespace: dict[str, object]) -> None:
    """Run a block so that a failure names the line of the page."""
    source = "\n" * (block.line - 1) + block.text
    exec(compile(source, str(page), "exec", dont_inherit=True), namespace)


def run_console(page: Path, block: Block) -> None:
    """Run the commands of a block; each must end well."""
    for command in commands(block):
        done = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False
        )
        told = f"{page.name}:{block.line}: {command}\n{done.stdout}{done.stderr}"
        assert done.returncode == 0, told


def end_what_runs(folder: Path) -> None:
    """End what a page has begun and, by a failure, not ended; its number is in a file `.pid`."""
    for file in folder.glob("*.pid"):
        with suppress(ProcessLookupError, ValueError):
            os.kill(int(file.read_text()), signal.SIGTERM)
