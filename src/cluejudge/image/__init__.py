"""From bytes to canonical pictures."""

from cluejudge.image.picture import Box, Picture

__all__ = ["Box", "Picture"]
