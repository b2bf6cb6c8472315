"""Videos: sampled into pictures that are judged as those of an image are. Needs PyAV."""

from cluejudge.video.kinds import Kind, is_video
from cluejudge.video.loading import load_video

__all__ = ["Kind", "is_video", "load_video"]
