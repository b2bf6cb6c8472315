from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from cluejudge.bench.config import label
from cluejudge.bench.contents import UNREAD, contradictions, differences, with_digests
from cluejudge.bench.samples import Sample, Truth
from cluejudge.errors import ImageError
from tests.bench.saying import Read, made


def test_images_are_read_once_for_their_digests() -> None:
    samples = made(3)
    told = with_digests(samples)
    assert [one.digest for one in told] == [
        hashlib.sha256(b"x" * number).hexdigest() for number in range(3)
    ]
    for one in samples:
        assert isinstance(one.read, Read)
        assert one.read.count == 1


def test_a_digest_that_the_suite_knows_is_taken() -> None:
    read = Read(b"")
    (one,) = with_digests([Sample("a", read, Truth(True), digest="abc")])
    assert (one.digest, read.count) == ("abc", 0)


@pytest.mark.parametrize("error", [ImageError("missing", "gone"), PermissionError("no")])
def test_an_image_that_cannot_be_read_has_none(error: Exception) -> None:
    def read() -> bytes:
        raise error

    (one,) = with_digests([Sample("a", read, Truth(True))])
    assert one.digest == UNREAD


def test_differences_are_told_by_kind() -> None:
    before = with_digests(made(5))
    after = (
        replace(before[1], digest="0"),
        replace(before[2], truth=Truth(False)),
        replace(before[3], digest="0"),
        replace(before[4], id="other"),
    )
    assert differences(list(map(label, before)), list(map(label, after))) == (
        "images that are new: 1, such as other; images that are gone: 2, such as image-0; "
        "other pictures: 2, such as image-1; other labels: 1, such as image-2"
    )
    turned = list(map(label, reversed(before)))
    assert differences(list(map(label, before)), turned) == "the images are in another order"


def labelled(name: str, digest: str, unsafe: bool, *rules: str, told: bool = True) -> Sample:
    return Sample(name, bytes, Truth(unsafe, frozenset(rules) if told else None), digest=digest)


def test_two_labels_of_one_picture_contradict() -> None:
    samples = [
        labelled("a", "1", True, "fire"),
        labelled("b", "2", False),
        labelled("c", "1", False),
        labelled("d", "1", True, "gore"),
        labelled("e", "1", True, "fire"),
        labelled("f", "1", True, told=False),
        labelled("g", UNREAD, True),
        labelled("h", UNREAD, False),
    ]
    assert [(one.id, other.id) for one, other in contradictions(samples)] == [
        ("a", "c"),
        ("a", "d"),
    ]
