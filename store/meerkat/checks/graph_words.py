"""The verdict on a revision graph, or on the rewrites of a head, as the result of a check. Pure."""

from __future__ import annotations

from store.meerkat.checks.results import failed, not_applicable, passed
from store.meerkat.revisions.graph_values import GraphVerdict
from store.values.amounts import counted
from store.values.checks import CheckName, CheckResult


def graph_result(verdict: GraphVerdict | None) -> CheckResult:
    """How the check of a session's revisions ended; None stands for a session that was never rewritten."""
    name = CheckName.REVISION_GRAPH
    if verdict is None:
        return not_applicable(name, "There is no revision graph: the session was never rewritten.")
    total = len(verdict.bodies)
    if not verdict.is_sound:
        return failed(name, verdict.problem, verdict.expected, verdict.found, verdict.agreeing, total)
    commits = counted(len(verdict.commits), "rewrite")
    kept = counted(total, "retained revision")
    gone = f", {len(verdict.retired):,} older ones no longer stored" if verdict.retired else ""
    return passed(name, f"{commits}, {kept}, each parent found{gone}", total)
