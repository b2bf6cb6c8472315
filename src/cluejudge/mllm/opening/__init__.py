"""Models as they are published, a hub id or a folder, opened; what may be wrong is told first."""
