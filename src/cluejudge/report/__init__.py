"""The report: one offline HTML file with every image, its boxes and the evidence."""

from cluejudge.report.writer import ReportWriter

__all__ = ["ReportWriter"]
