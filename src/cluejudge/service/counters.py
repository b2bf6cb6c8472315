"""What Prometheus reads: requests, decisions, the queue, and how long things take."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

from cluejudge.store.records import Decision

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Counters:
    """The metrics of one service, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "cluejudge_requests", "Requests.", ("route", "method", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "cluejudge_request_seconds",
            "Time from a request's head to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._decisions = Counter(
            "cluejudge_decisions", "Recorded decisions.", ("outcome",), registry=self.registry
        )
        self._reused = Counter(
            "cluejudge_decisions_reused",
            "Decisions answered from the record, among the others.",
            registry=self.registry,
        )
        self._refused = Counter(
            "cluejudge_refused", "Requests not judged.", ("reason",), registry=self.registry
        )
        self.waiting = Gauge(
            "cluejudge_images_waiting", "Images that wait to be judged.", registry=self.registry
        )
        self.under_way = Gauge(
            "cluejudge_images_under_way", "Images that are being judged.", registry=self.registry
        )
        self.commits = Histogram(
            "cluejudge_commit_decisions",
            "Decisions recorded by one transaction.",
            buckets=_SIZES,
            registry=self.registry,
        )

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Counts a request that was answered."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def decided(self, decision: Decision) -> None:
        """Counts a decision that was recorded."""
        self._decisions.labels(decision.verdict.outcome.value).inc()
        if decision.reused_from:
            self._reused.inc()

    def refused(self, reason: str) -> None:
        """Counts a request that was refused, or given up, for `reason`."""
        self._refused.labels(reason).inc()

    def text(self) -> bytes:
        """All of them in Prometheus' text format."""
        return generate_latest(self.registry)
