"""The HTTP service and its review page."""
