"""Images by URL, where the service was told to fetch any."""

from __future__ import annotations

from cluejudge.service.fetch import fetch
from cluejudge.service.problems import Problem
from cluejudge.service.settings import ServiceSettings
from cluejudge.service.submissions import Fetch
from cluejudge.settings import Limits


class Fetcher:
    """Makes of a URL what will fetch it, within the limits of an image."""

    def __init__(self, settings: ServiceSettings, limits: Limits) -> None:
        self._settings, self._limits = settings, limits

    def of(self, url: str) -> Fetch:
        """What will fetch `url`. Raises `Problem` 403 where the service fetches nothing."""
        if not self._settings.urls:
            raise Problem(
                403,
                "urls-off",
                "this service does not fetch images from URLs",
                hint="send the image itself, or start the service with --allow-urls",
            )

        async def got() -> bytes:
            return await fetch(url, self._limits)

        return got
