"""A student's look at a picture: whole rules at once, without questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cluejudge.asks import Grade, Graded, Grades, Recognise, Reply
from cluejudge.compiled import CompiledRule
from cluejudge.digest import rule_digest
from cluejudge.judge.case import Case, Flow, put
from cluejudge.judge.outcome import view_verdict
from cluejudge.judge.plan import PlannedRule, gravity
from cluejudge.judge.reading import stopped
from cluejudge.judge.scan import Scan, recognised
from cluejudge.verdict import Cause, RuleFinding, RuleOutcome, Stage, StudentFinding, ViewVerdict

_OUTCOMES = {True: RuleOutcome.VIOLATED, False: RuleOutcome.CLEARED, None: RuleOutcome.UNSURE}
_OPEN = {RuleOutcome.UNSURE, RuleOutcome.NOT_JUDGED}
_CAUSES = {Stage.FAILED: Cause.MODEL_FAILED, Stage.REFUSED: Cause.REFUSED}


def glance_flow(
    case: Case, rules: Sequence[PlannedRule], view: str
) -> Flow[tuple[Case, ViewVerdict]]:
    """What the grader says of one picture by itself, in one list of asks.

    A picture that is unlike what the models know, or what the grader has learnt of, is not judged.
    The case is given back with what was replied and spent, for whoever judges it after that.
    """
    recognise = Recognise(case.picture)
    grade = Grade(case.picture, tuple(rule_digest(rule.rule) for rule in rules))
    recognises = case.can.recogniser
    case = yield from put(case, [(recognise, grade) if recognises else (grade,)])
    scan = recognised((), case.reply(recognise)) if recognises else Scan(())
    reply = case.reply(grade)
    if not scan.cause:
        scan = _graded(scan, reply)
    grades = reply.rules if isinstance(reply, Grades) and not scan.cause else [""] * len(rules)
    findings = tuple(
        _finding(rule, graded, scan, view) for rule, graded in zip(rules, grades, strict=True)
    )
    return case, view_verdict(findings, scan, case.cost, view)


def decides(findings: Iterable[RuleFinding], rules: Iterable[CompiledRule]) -> bool:
    """Whether what `findings` leave open could change neither the outcome nor the action.

    They are one for each rule. What is left open beside a violation must be less grave than it.
    """
    outcomes = {finding.rule_id: finding.outcome for finding in findings}
    by_gravity = sorted(rules, key=gravity)
    violated = [rule for rule in by_gravity if outcomes[rule.id] is RuleOutcome.VIOLATED]
    left_open = [rule for rule in by_gravity if outcomes[rule.id] in _OPEN]
    return not left_open or (bool(violated) and gravity(violated[0]) < gravity(left_open[0]))


def _graded(scan: Scan, reply: Reply | None) -> Scan:
    """The scan with why the grader cannot tell of the picture, if so."""
    if not isinstance(reply, Grades):
        stop = stopped(reply)
        cause = _CAUSES.get(stop.stage, Cause.BUDGET)
        return Scan((), scan.recognition, cause, f"the student could not look: {stop.reason}")
    if reply.known:
        return scan
    reason = (
        f"unlike what the student has learnt of: at a distance of {reply.distance:.3g}, over "
        f"{reply.bound:.3g}"
    )
    return Scan((), scan.recognition, Cause.UNKNOWN_IMAGE, reason)


def _finding(rule: PlannedRule, graded: Graded | str, scan: Scan, view: str) -> RuleFinding:
    found = RuleFinding(
        rule_id=rule.rule.id,
        text=rule.rule.text,
        severity=rule.rule.severity,
        action=rule.rule.action,
        outcome=RuleOutcome.NOT_JUDGED,
        thresholds=rule.thresholds,
        view=view,
    )
    if scan.cause:
        return found.model_copy(update={"reason": scan.reason, "cause": scan.cause})
    if isinstance(graded, str):
        unsure = {"outcome": RuleOutcome.UNSURE, "reason": graded, "cause": Cause.UNDECIDED}
        return found.model_copy(update=unsure)
    said = StudentFinding(p=graded.p, low=graded.low, high=graded.high)
    update: dict[str, object] = {"outcome": _OUTCOMES[graded.violated], "student": said}
    if graded.violated is None:
        update["cause"] = Cause.UNDECIDED
        update["reason"] = f"the student is not sure: P(violated) {graded.p:.2g}"
    return found.model_copy(update=update)
