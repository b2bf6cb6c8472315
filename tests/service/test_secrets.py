"""What a running service writes to its log holds no key, no cookie and no part of an image."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import httpx2
from PIL import Image

from cluejudge.compiled import dump_compiled
from cluejudge.store.records import Scope
from cluejudge.store.store import Store
from tests.api.colours import COLOURS
from tests.cli.served import serving


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((64, 64), 60).convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


def asked(url: str, secret: str, image: bytes) -> list[int]:
    """Requests of every kind that bring a key and an image, right and wrong; their statuses."""
    text = base64.b64encode(image).decode()
    with httpx2.Client(headers={"Authorization": f"Bearer {secret}"}, base_url=url) as client:
        judge = "/v1/judge"
        answers = [
            client.post(judge, files={"image": ("a.png", image)}),
            client.post(judge, files={"image": ("a.png", image[: len(image) // 2])}),
            client.post(judge, json={"images": [{"data": text}]}),
            client.post(judge, json={"images": [{"url": f"data:image/png;base64,{text}"}]}),
            client.post(judge, json={"images": [{"data": f"{text}!"}]}),
            client.post(judge, json={"images": [{"name": {"data": text}}], "key": secret}),
            client.post(judge, content=image, headers={"Content-Type": "application/json"}),
            client.post(judge, content=image, headers={"Content-Type": "image/png"}),
            client.post(judge, data={"image": text, "constitution": secret}),
            client.get("/v1/decisions", params={"key": secret}),
            client.get("/v1/decisions", params={"since": text[:2000]}),
            client.get(f"/v1/decisions/{secret}"),
            client.get(f"/nothing/{secret}"),
            client.get("/v1/decisions", headers={"Authorization": f"Bearer x{secret}"}),
            client.get("/v1/decisions", headers={"Authorization": f"Basic {secret}"}),
            client.post("/review/sign-in", data={"name": "ann", "key": secret}),
            client.post("/review/sign-in", data={"name": "ann", "secret": secret}),
        ]
    return [answer.status_code for answer in answers]


def test_no_key_and_no_image_is_in_the_log(tmp_path: Path) -> None:
    rules = tmp_path / "colours.yaml"
    rules.write_text(dump_compiled(COLOURS))
    with Store.open(str(tmp_path / "cluejudge.db")) as store:
        _, secret = store.keys.add("app", {Scope.ADMIN})
    image = picture()
    with serving(tmp_path, "-c", str(rules)) as process:
        statuses = asked(process.url, secret, image)
        assert process.end() == 0
    assert statuses[0] == 200
    assert max(statuses) < 500
    assert process.said.count("/v1/judge") == 9, process.said
    assert secret not in process.said
    assert secret[3:] not in process.said
    text = base64.b64encode(image).decode()
    for start in range(0, len(text) - 40, 20):
        assert text[start : start + 40] not in process.said
    for start in range(0, len(image) - 8, 4):
        assert repr(image[start : start + 8])[2:-1] not in process.said


def test_no_key_is_in_the_record(tmp_path: Path) -> None:
    rules = tmp_path / "colours.yaml"
    rules.write_text(dump_compiled(COLOURS))
    db = tmp_path / "cluejudge.db"
    with Store.open(str(db)) as store:
        _, secret = store.keys.add("app", {Scope.ADMIN})
    image = picture()
    with serving(tmp_path, "-c", str(rules)) as process:
        headers = {"Authorization": f"Bearer {secret}"}
        files = {"image": ("a.png", image)}
        assert httpx2.post(f"{process.url}/v1/judge", files=files, headers=headers).is_success
        assert process.end() == 0
    held = b"".join(path.read_bytes() for path in tmp_path.glob("cluejudge.db*"))
    assert secret.encode() not in held
    assert image[40:72] not in held
    assert base64.b64encode(image[:300])[40:] not in held
