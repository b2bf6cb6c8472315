import base64
import io

import numpy as np
import pytest
from PIL import Image

from cluejudge.report.thumbnail import data_url
from tests.report.samples import picture


@pytest.mark.parametrize(
    ("size", "expected"),
    [((2000, 1000), (512, 256)), ((100, 3000), (17, 512)), ((40, 30), (40, 30))],
)
def test_thumbnails_fit_and_never_grow(size: tuple[int, int], expected: tuple[int, int]) -> None:
    source = picture(*size)
    head, body = data_url(source).split(",", 1)
    assert head == "data:image/webp;base64"
    with Image.open(io.BytesIO(base64.b64decode(body))) as image:
        assert image.size == expected
        drawn = np.asarray(image.convert("RGB"), dtype=float)
    assert abs(drawn.mean() - source.pixels.mean()) < 4
