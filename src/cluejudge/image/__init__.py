"""From bytes to canonical pictures, or to one clear reason why not."""

from cluejudge.image.loading import load
from cluejudge.image.perceptual import phash
from cluejudge.image.picture import Box, Picture
from cluejudge.image.reading import read
from cluejudge.image.record import ImageRecord
from cluejudge.image.refusals import Code
from cluejudge.image.spans import Span
from cluejudge.image.views import LoadedImage, Shortfall, View

__all__ = [
    "Box",
    "Code",
    "ImageRecord",
    "LoadedImage",
    "Picture",
    "Shortfall",
    "Span",
    "View",
    "load",
    "phash",
    "read",
]
