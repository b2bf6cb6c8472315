"""`cluejudge serve` as a process: it says what it runs with, answers, and ends without a loss."""

from __future__ import annotations

import gc
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from cluejudge.cli.main import run
from cluejudge.compiled import dump_compiled
from cluejudge.service.settings import ServiceSettings
from cluejudge.store.records import DecisionFilter, Scope
from cluejudge.store.store import Store
from tests.api.colours import COLOURS, UNSAFE, picture, png
from tests.cli.served import serving


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "colours.yaml"
    path.write_text(dump_compiled(COLOURS))
    return path


def test_one_command_and_no_configuration(tmp_path: Path) -> None:
    with serving(tmp_path) as process:
        answer = httpx2.post(f"{process.url}/v1/judge", files={"image": ("a.png", UNSAFE)})
        assert answer.status_code == 200
        process.wait_for("(POST /v1/judge 200)")
        assert process.end() == 0
    for said in (
        "models        fake",
        "constitution  pictogram, version 1",
        "record        sqlite:///cluejudge.db",
        "images        not kept",
        "URLs          not fetched",
        "keys          none: everyone on this machine",
        f"review page   {process.url}/review",
    ):
        assert said in process.said
    with Store.open(str(tmp_path / "cluejudge.db")) as store:
        assert len(store.decisions.find(DecisionFilter()).items) == 1


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_when_what_it_took_on_is_answered(
    tmp_path: Path, rules: Path, sign: signal.Signals
) -> None:
    images = [png(picture("blue", "red", side)) for side in range(1, 41)]
    with serving(tmp_path, "-c", str(rules), "--in-flight", "2") as process:

        def post(image: bytes) -> httpx2.Response | None:
            try:
                files = {"image": ("a.png", image)}
                return httpx2.post(f"{process.url}/v1/judge", files=files, timeout=60)
            except httpx2.TransportError:  # it came when nobody listened any more
                return None

        with ThreadPoolExecutor(40) as pool:
            posted = [pool.submit(post, image) for image in images]
            process.wait_for("(POST /v1/judge 200)")
            assert process.end(sign) == 0
            answers = [one.result() for one in posted]
    told = {
        decision["id"]
        for answer in answers
        if answer is not None and answer.status_code == 200
        for decision in answer.json()["decisions"]
    }
    with Store.open(str(tmp_path / "cluejudge.db")) as store:
        recorded = {one.id for one in store.decisions.find(DecisionFilter(limit=200)).items}
    assert told == recorded
    assert told
    assert {answer.status_code for answer in answers if answer is not None} <= {200, 503}


def test_others_are_let_in_when_there_is_a_key_only(
    tmp_path: Path, rules: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["serve", "--host", "0.0.0.0", "--port", "0", "-m", "fake"]) == 2
    said = capsys.readouterr().err
    assert "cluejudge keys add NAME --scope admin --db sqlite:///cluejudge.db" in said
    assert list(tmp_path.iterdir()) == [rules]
    with Store.open("cluejudge.db") as store:
        _, secret = store.keys.add("shop", {Scope.JUDGE})
    with serving(tmp_path, "--host", "0.0.0.0", "-c", str(rules)) as process:
        url = process.url.replace("0.0.0.0", "127.0.0.1") + "/v1/judge"
        files = {"image": ("a.png", UNSAFE)}
        assert httpx2.post(url, files=files).status_code == 401
        headers = {"Authorization": f"Bearer {secret}"}
        assert httpx2.post(url, files=files, headers=headers).status_code == 200
        assert "keys          needed" in process.said
        assert "TLS           none: put a proxy with TLS before it" in process.said
        assert process.end() == 0
    assert secret not in process.said


def test_a_revoked_key_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open("cluejudge.db") as store:
        store.keys.add("shop", {Scope.JUDGE})
        store.keys.revoke("shop")
    assert run(["serve", "--host", "0.0.0.0", "--port", "0", "-m", "fake"]) == 2


def test_strange_requests_are_refused_and_it_goes_on(tmp_path: Path, rules: Path) -> None:
    with serving(tmp_path, "-c", str(rules), "--max-body", "1") as process:
        pieces = (b" " * 65536 for _ in range(64))
        headers = {"Content-Type": "application/json"}
        with suppress(httpx2.WriteError):  # it may be cut off before all was sent
            answer = httpx2.post(f"{process.url}/v1/judge", content=pieces, headers=headers)
            assert answer.status_code == 413
        process.wait_for("(POST /v1/judge 413)")
        host, port = process.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 20) as raw:
            raw.sendall(b"JUDGE THIS\r\n\r\n")
            assert raw.recv(100).startswith(b"HTTP/1.1 400")
        head = f"POST /v1/judge HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        with socket.create_connection((host, int(port)), 20) as raw:
            raw.sendall(f"{head}Content-Length: 1000\r\n\r\n".encode() + b"{")
        process.wait_for("(POST /v1/judge 499)")
        assert httpx2.get(f"{process.url}/health/ready").status_code == 200
        assert process.end() == 0
    assert "Traceback" not in process.said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-c", "nothing"], "there is no constitution 'nothing'"),
        (["-m", "nothing"], "there is no model 'nothing'"),
        (["--db", "mysql://db"], "no known kind"),
        (
            ["--in-flight", "1", "--queue", "1"],
            "Error: a request may have 32 images",
        ),
        (["--host", "no.such.host.invalid"], "no key yet"),
        (["--port", "99999"], "99999"),
        (["--set", "region=5"], "region"),
    ],
)
def test_what_it_cannot_begin_with(
    options: list[str],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["serve", "--port", "0", "-m", "fake", *options]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("red-on-blue: violense\n", "did you mean violence"),
        ("- violence\n", "must map ids of rules"),
    ],
)
def test_a_map_of_categories_that_is_none(
    told: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(told)
    given = ["--moderation-map", str(path), "--db", str(tmp_path / "record.db")]
    assert run(["serve", "--port", "0", "-m", "fake", *given]) == 2
    assert said in capsys.readouterr().err


def test_a_port_in_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert run(["serve", "--port", port, "-m", "fake"]) == 2
    assert f"cannot listen at 127.0.0.1 port {port}" in capsys.readouterr().err


def test_answers_do_not_wait_for_the_client_to_acknowledge_their_heads() -> None:
    from cluejudge.cli.listening import bound

    with bound(ServiceSettings(constitution="pictogram", port=0)) as sock:
        assert sock.proto == socket.IPPROTO_TCP  # asyncio sets TCP_NODELAY on no other


def test_what_stays_while_it_serves_is_not_collected_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen: list[int] = []
    monkeypatch.setattr(
        "cluejudge.cli.serving.listen", lambda *_: frozen.append(gc.get_freeze_count())
    )
    assert run(["serve", "--port", "0", "-m", "fake", "--db", str(tmp_path / "record.db")]) == 0
    assert frozen[0] > 1000
    assert gc.get_freeze_count() == 0


def test_a_password_is_not_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = "postgresql://me:hunter2@127.0.0.1:1/record"
    assert run(["serve", "--db", url, "-m", "fake"]) != 0
    assert "hunter2" not in capsys.readouterr().err


def test_the_defaults_of_the_command_are_those_of_the_settings() -> None:
    from cluejudge.cli.serve import serve

    fields = ServiceSettings.model_fields
    same = {"host", "port", "keep_days", "in_flight", "queue", "deadline_s", "max_images", "sample"}
    given = {one.name: one.default for one in serve.params if one.name in same}
    assert given == {name: fields[name].default for name in same}


def test_without_the_extra_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['fastapi'] = None\n"
        "from cluejudge.cli.main import run; sys.exit(run(['serve']))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "pip install 'cluejudge[serve]'" in done.stderr
