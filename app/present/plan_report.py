"""Plans over time and as text: from when they are, whether what they were made on moved, all of it to copy. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from app.present.one_line import one_line
from app.present.plan_session import ADDED, ARROW, CHANGED, REMOVED, session_text
from app.present.plan_words import PlanFact, joined_names, of_sessions, plan_text
from app.present.times import clock_text, local_text, utc_text
from store.values.changes import Plan, Scope, SessionPlan

_MARKS = {CHANGED.word: "±", ADDED.word: "+", REMOVED.word: "-"}


def planned_words(plans: Sequence[Plan], zone: tzinfo | None) -> tuple[str, str]:
    """From which moment the plan is, and the tool tip with date and zones."""
    at_ms = min(plan.planned_at_ms for plan in plans)
    tip = f"Planned {local_text(at_ms, zone)}\n{utc_text(at_ms)}\nThe stores are watched; what moves is said here."
    return f"Planned from {clock_text(at_ms, zone)}, unchanged since", tip


def changed_words(before: Sequence[Plan], now: Sequence[Plan]) -> str:
    """What is to be said when stores moved since a plan; "" while every session that it would change is as it was.

    Sessions that were refused and still are play no part.
    """
    later = {(plan.store, session.session_id): session for plan in now for session in plan.sessions}
    moved: dict[str, int] = {}
    for plan in before:
        count = sum(_moved(session, later.get((plan.store, session.session_id))) for session in plan.sessions)
        if count:
            moved[plan.store_name] = moved.get(plan.store_name, 0) + count
    if not moved:
        return ""
    total, count = sum(len(plan.sessions) for plan in before), sum(moved.values())
    who = joined_names([one_line(name, 60) for name in moved])
    if total == 1:
        return f"{who} changed since the plan. The session is not as it was planned on."
    verb = "is" if count == 1 else "are"
    return f"{who} changed since the plan. {of_sessions(count, total)} {verb} not as planned on."


def _moved(session: SessionPlan, again: SessionPlan | None) -> bool:
    is_refused = again is None or again.refusal is not None
    if session.refusal is not None and is_refused:
        return False
    return again is None or again.state != session.state or is_refused is not (session.refusal is not None)


def plan_report(plans: Sequence[Plan], zone: tzinfo | None) -> str:
    """All of it as text, to copy: each session with its rows and files."""
    text = plan_text(plans)
    at_ms = min(plan.planned_at_ms for plan in plans)
    lines = [text.title, "", text.sentence, "", f"Planned: {local_text(at_ms, zone)}"]
    lines += [_fact_line(fact) for fact in text.facts]
    lines += [f"Take care: {words}" for words in text.warnings]
    lines += [" ".join(part for part in text.backup if part)]
    for plan in plans:
        lines += ["", f"{one_line(plan.store_name)} ({one_line(plan.store.path)})", one_line(plan.family_reason)]
        for session in plan.sessions:
            lines += ["", *_report_of(session, plan.scope)]
    return "\n".join(lines) + "\n"


def _fact_line(fact: PlanFact) -> str:
    value = f"{fact.before} {ARROW} {fact.value}" if fact.before else fact.value
    return f"{fact.label}: {value} ({fact.note})" if fact.note else f"{fact.label}: {value}"


def _report_of(session: SessionPlan, scope: Scope) -> list[str]:
    said = session_text(session, scope)
    lines = [f"  {said.session_id}  {said.title}", f"    {said.summary}"]
    lines += [f"    {words}" for words in said.sentences]
    for line in said.lines:
        what = f"{line.where} {line.what}".strip()
        lines.append(f"    {_MARKS[line.sign.word]} {what}: {line.sizes}")
    return lines
