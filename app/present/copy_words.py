"""Copies into a working store in words: what they would not have, and what was copied. Pure, any thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from app.present.one_line import one_line
from app.present.plan_session import SessionText
from app.present.plan_words import POSSIBLE, REFUSED, PlanFact, PlanRow, PlanText, of_sessions, sessions
from app.present.result_words import DONE, ResultText
from app.present.sizes import counted, exact_count, exact_size
from app.present.summary import Sign
from store.values.copied import Copied, CopyPlan, SessionCopyPlan

SENTENCE = (
    "A new store, which Burrow and agents can write, gets {}. Where {} now is only read and stays byte for byte as it"
    " is."
)
ONE_COPY, COPIES = ("a copy of the session", "it is"), ("copies of the sessions", "they are")
LOSSES = 3
"""So many kinds of losses are named in the band; each session says all of its own."""


def copy_text(plan: CopyPlan, titles: Mapping[str, str]) -> PlanText:
    """The words of a plan.

    Args:
        titles: of the sessions, by id.
    """
    possible, total = len(plan.possible), len(plan.sessions)
    refused = total - possible
    lossy = sum(bool(one.losses) for one in plan.possible)
    facts = (
        PlanFact(
            "Sessions", exact_count(possible), f"{refused:,} of {total:,} cannot be held" if refused else "chosen"
        ),
        PlanFact("Size", exact_size(plan.size_bytes), "of their rows in the new file"),
        PlanFact("Complete", exact_count(possible - lossy), f"{lossy:,} without something" if lossy else "all of them"),
    )
    order = sorted(range(total), key=lambda at: (not plan.sessions[at].refusal, not plan.sessions[at].losses, at))
    words, place = ONE_COPY if total == 1 else COPIES
    return PlanText(
        title=f"Copy {of_sessions(possible, total) if possible else sessions(total)} to a working store",
        sentence=SENTENCE.format(words, place),
        facts=facts,
        rows=tuple(_row(plan.sessions[at], at, titles) for at in order),
        count=sessions(total) if not refused else f"{possible:,} of {total:,} possible",
        warnings=_warnings(plan),
        backup=(f"Nothing is written to where {place} now.", "The new store is looked at like any other one."),
        button=f"Copy {sessions(possible)}…" if possible else "Nothing to copy",
        icon="copy",
        has_effect=possible > 0,
    )


def _warnings(plan: CopyPlan) -> tuple[str, ...]:
    refused, kinds = len(plan.refused), Counter(loss for one in plan.possible for loss in one.losses)
    found = [f"{sessions(refused)} cannot be held by the new store and {'is' if refused == 1 else 'are'} left out."]
    named = [f"{one_line(loss)} ({counted(count, 'session')})" for loss, count in kinds.most_common(LOSSES)]
    more = len(kinds) - LOSSES
    return (
        *(found if refused else []),
        *named,
        *([f"{counted(more, 'more remark')} in the list."] if more > 0 else []),
    )


def _row(one: SessionCopyPlan, at: int, titles: Mapping[str, str]) -> PlanRow:
    title = titles.get(one.session_id, one.session_id)
    if one.refusal:
        return PlanRow(title, one_line(one.refusal), REFUSED, (0, at))
    losses = counted(len(one.losses), "remark") if one.losses else "complete"
    sign = Sign("triangle-alert", "With remarks", "warn") if one.losses else POSSIBLE
    return PlanRow(title, f"{exact_size(one.size_bytes)}, {losses}", sign, (0, at))


def copy_session_text(one: SessionCopyPlan, titles: Mapping[str, str]) -> SessionText:
    """What the right side says of one session."""
    summary = "Cannot be held" if one.refusal else f"{exact_size(one.size_bytes)} in the new file"
    said = (one.refusal,) if one.refusal else one.losses or ("Its copy has all that is stored of it.",)
    title = titles.get(one.session_id, one.session_id)
    return SessionText(title, one.session_id, summary, tuple(one_line(words) for words in said), ())


def copied_text(copied: Copied, name: str, titles: Mapping[str, str]) -> ResultText:
    """What came of it.

    Args:
        name: of the new file.
    """
    remarks: dict[str, list[str]] = {}
    for remark in copied.warnings:
        remarks.setdefault(remark.session_id, []).append(one_line(remark.sentence))
    rows = tuple(
        PlanRow(
            titles.get(one, one), " ".join(remarks.get(one, ["Copied, read again and found equal."])), DONE, (0, at)
        )
        for at, one in enumerate(copied.session_ids)
    )
    count = len(copied.session_ids)
    return ResultText(
        sign=Sign("circle-check", "Done", "ok"),
        title=f"Copied {sessions(count)} to {one_line(name)}",
        sentences=("The copies were read again and compared with where they came from.",),
        rows=rows,
        count=sessions(count),
        undoable=(),
        is_complete=True,
    )


def copy_report(plan: CopyPlan, titles: Mapping[str, str]) -> str:
    """The plan as text, to copy."""
    text = copy_text(plan, titles)
    lines = [text.title, "", text.sentence, *(f"Take care: {words}" for words in text.warnings), ""]
    for one in plan.sessions:
        said = copy_session_text(one, titles)
        lines += [f"{said.session_id}  {said.title}: {said.summary}", *(f"  {words}" for words in said.sentences)]
    return "\n".join(lines) + "\n"
