"""Images by URL: fetched from the public internet only, whatever a URL or a name server says."""

from cluejudge.service.fetch.fetching import fetch

__all__ = ["fetch"]
