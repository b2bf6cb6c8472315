from __future__ import annotations

import numpy as np
import pytest

from cluejudge.image import Picture
from cluejudge.models.protocols import Models


def test_many_texts_are_embedded_as_alone(embedded: Models) -> None:
    """More than one run holds, of several lengths."""
    assert embedded.encoder
    texts = [f"A person is on fire{', and a dog' * (n % 5)}." for n in range(150)]
    together = embedded.encoder.embed_texts(texts)
    alone = [embedded.encoder.embed_texts([text])[0] for text in texts[::29]]
    assert together[::29] == pytest.approx(np.array(alone), abs=1e-5)


def test_pictures_and_texts_are_told_apart(embedded: Models, scenes: list[Picture]) -> None:
    assert embedded.encoder
    pictures = embedded.encoder.embed_images(scenes)
    texts = embedded.encoder.embed_texts(["A bomb is visible.", "A person is on fire."])
    cosines = pictures @ texts.T
    assert np.ptp(cosines, axis=0).min() > 1e-3
    assert np.ptp(cosines, axis=1).min() > 1e-4
