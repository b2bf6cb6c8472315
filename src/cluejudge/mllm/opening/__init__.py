"""Models as they are published, a hub id or a folder, opened; all that may be wrong is told first."""
