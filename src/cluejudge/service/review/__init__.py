"""The review page: people look at what was judged, and agree or overrule, from any browser."""

from cluejudge.service.review.routes import router
from cluejudge.service.review.signing import PATH
from cluejudge.service.review.site import problem_page

__all__ = ["PATH", "problem_page", "router"]
