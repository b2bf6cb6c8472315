"""How many values a body of JSON may hold, told before it is read into memory."""

from __future__ import annotations

from cluejudge.service.problems import Problem

_BEFORE_VALUES = b",[{"
_OF_AN_IMAGE = 100
_OF_A_REQUEST = 1000


def check_values(body: bytes, images: int) -> None:
    """Raises `Problem` 413 for JSON of far more values than a request for `images` images needs.

    Read into memory, a value of three bytes takes a hundred times as many, and what is wrong with
    it a thousand times. Every value but the first comes after one of three characters, of which
    base64 has none and a URL few.
    """
    most = _OF_A_REQUEST + _OF_AN_IMAGE * images
    if sum(body.count(one) for one in _BEFORE_VALUES) > most:
        said = f"the body holds more than {most} values"
        hint = f"a request may have {images} images: send several requests"
        raise Problem(413, "too-large", said, hint=hint)
