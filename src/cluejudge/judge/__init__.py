"""The judgement: Algorithm 1 as a generator of questions, and the drivers that answer them."""

from cluejudge.judge.answer import Answer, Answerer, capabilities
from cluejudge.judge.budget import Allowance
from cluejudge.judge.case import Capabilities, Flow
from cluejudge.judge.drive import drive_async, drive_many, drive_one
from cluejudge.judge.flow import judge_flow
from cluejudge.judge.gather import AsyncAnswer, Gatherer
from cluejudge.judge.views import Combined, NamedPicture, combine, judge_views

__all__ = [
    "Allowance",
    "Answer",
    "Answerer",
    "AsyncAnswer",
    "Capabilities",
    "Combined",
    "Flow",
    "Gatherer",
    "NamedPicture",
    "capabilities",
    "combine",
    "drive_async",
    "drive_many",
    "drive_one",
    "judge_flow",
    "judge_views",
]
