from pathlib import Path

from cluejudge.batch.contact import again_from
from cluejudge.batch.decoding.pool import DecodePool
from cluejudge.batch.entries import Refusal
from cluejudge.batch.manifest import Manifest
from cluejudge.batch.plan import InputSpec
from cluejudge.batch.sources.registry import open_source
from cluejudge.image import LoadedImage, load
from cluejudge.settings import Limits, Sampling
from tests.api.colours import SAFE, UNSAFE


def test_rows_are_read_and_decoded_again(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for name in "abc":
        (images / f"{name}.png").write_bytes(UNSAFE)
    source = open_source(InputSpec(where=str(images)))
    manifest = Manifest.write(tmp_path / "inputs", source, 1)
    (images / "a.png").write_bytes(SAFE)
    (images / "c.png").unlink()
    with DecodePool(1, Limits(), Sampling()) as pool:
        found = {one.entry.row: one for one in again_from(source, manifest, pool)(0, [0, 1, 2])}
    assert [found[row].sha256 for row in (0, 1)] == [_digest(SAFE), _digest(UNSAFE)]
    assert isinstance(found[1].image, LoadedImage)
    assert found[1].image.views == load(UNSAFE).views
    assert isinstance(found[2].image, Refusal)
    assert found[2].image.code == "missing"


def _digest(data: bytes) -> str:
    return load(data).record.sha256
