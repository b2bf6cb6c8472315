"""From bytes to canonical pictures."""

from cluejudge.image.picture import Box, Picture
from cluejudge.image.record import ImageRecord

__all__ = ["Box", "ImageRecord", "Picture"]
