"""A plan as text for people: what would change, in exact numbers, and what would not and why. Pure text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from store.cli import change_words, figures
from store.cli.table import Cell, Column, Table
from store.cli.terminal import Ink, Surface
from store.cli.visible import visible_line
from store.values.amounts import counted
from store.values.changes import Entry, FilePlan, Plan, Receipt, Refusal, RowPlan, Scope, SessionPlan

DETAILED_SESSIONS = 3
"""Of so many sessions each row and file is named; of more the sums."""


def plan_text(plan: Plan, surface: Surface) -> str:
    """Everything that a person should know before saying yes."""
    possible, refused = plan.possible, plan.refused
    lines = [
        surface.inked(change_words.asked(plan.request, len(possible)), Ink.STRONG)
        + visible_line(f"  in {plan.store_name}"),
        surface.inked(visible_line(plan.store.path), Ink.QUIET),
    ]
    if plan.scope is Scope.OWN:
        lines.append("Kept by Burrow alone: nothing is written to the store.")
    if plan.family or plan.family_reason:
        lines.append(visible_line(": ".join(part for part in (plan.family, plan.family_reason) if part)))
    lines.extend(visible_line(effect) for effect in plan.effects)
    if possible:
        lines.extend(["", *_session_lines(possible, surface)])
    if len(possible) <= DETAILED_SESSIONS:
        for session in possible:
            lines.extend(_detail_lines(session, surface, has_name=len(possible) > 1))
    lines.extend(_refused_lines(refused, surface))
    lines.extend(surface.inked(f"! {visible_line(warning)}", Ink.FAILED) for warning in plan.warnings)
    if possible and plan.scope is Scope.STORE:
        lines.append(_kept(plan))
    return "\n".join(lines) + "\n"


def undo_text(receipt: Receipt, entries: Sequence[Entry], surface: Surface) -> str:
    """What taking a change back would put back."""
    head = f"Undo “{change_words.done(receipt)}” of {figures.local_time(receipt.at_ms)}"
    table = Table(
        (
            Column("Id", least=18, most=36, is_id=True),
            Column("Title", least=16, most=50),
            Column("Rows", least=4, most=9, is_number=True),
            Column("Files", least=5, most=9, is_number=True, leaves_at=1),
            Column("Bytes now", least=9, most=19, is_number=True),
            Column("Bytes then", least=10, most=19, is_number=True),
        ),
        surface,
    )
    rows = [
        _cells(
            *(entry.session_id, entry.title, entry.row_count, entry.file_count),
            *(entry.after_bytes, entry.before_bytes),
        )
        for entry in entries
    ]
    where = visible_line(f"  in {receipt.store_name}")
    return "\n".join([surface.inked(visible_line(head), Ink.STRONG) + where, *table.lines(rows)]) + "\n"


def refusal_line(refusal: Refusal) -> str:
    """A refusal in one line: what was found, what can be done, its code."""
    return visible_line(f"{refusal.sentence} {refusal.advice}".rstrip() + f" [{refusal.code.value}]")


def _session_lines(sessions: Sequence[SessionPlan], surface: Surface) -> list[str]:
    table = Table(
        (
            Column("Id", least=18, most=36, is_id=True),
            Column("Title", least=16, most=50),
            Column("Rows", least=4, most=9, is_number=True),
            Column("Files", least=5, most=9, is_number=True, leaves_at=1),
            Column("Bytes before", least=12, most=19, is_number=True),
            Column("Bytes after", least=11, most=19, is_number=True),
        ),
        surface,
    )
    rows = [
        _cells(*(one.session_id, one.title, len(one.rows), len(one.files)), _sum(one, is_after=False), _sum(one))
        for one in sessions
    ]
    if len(sessions) > 1:
        rows.append(
            _cells(
                *("", counted(len(sessions), "session"), sum(len(one.rows) for one in sessions)),
                *(sum(len(one.files) for one in sessions), sum(_sum(one, is_after=False) for one in sessions)),
                sum(map(_sum, sessions)),
            )
        )
    return table.lines(rows)


def _cells(session_id: str, title: str, row_count: int, file_count: int, before: int, after: int) -> list[Cell]:
    numbers = (row_count, file_count, before, after)
    return [
        Cell(visible_line(session_id), (Ink.QUIET,)),
        Cell(visible_line(title)),
        *(Cell(figures.count(number)) for number in numbers),
    ]


def _sum(session: SessionPlan, *, is_after: bool = True) -> int:
    """Stored bytes of all rows and files of a session."""
    parts: list[RowPlan | FilePlan] = [*session.rows, *session.files]
    return sum((part.after_bytes if is_after else part.before_bytes) or 0 for part in parts)


def _detail_lines(session: SessionPlan, surface: Surface, *, has_name: bool) -> Iterable[str]:
    """Each row and file of one session, and what is special about it."""
    yield ""
    if has_name:
        yield surface.inked(visible_line(session.session_id), Ink.QUIET)
    for row in session.rows:
        yield f"  {visible_line(row.table)} {visible_line(row.row)}: {_change(row.before_bytes, row.after_bytes)}"
    for file in session.files:
        yield f"  {visible_line(file.path)}: {_change(file.before_bytes, file.after_bytes)}"
    for remark in session.remarks:
        yield f"  {visible_line(remark)}"


def _change(before: int | None, after: int | None) -> str:
    if before is None:
        return f"new, {counted(after or 0, 'byte')}"
    if after is None:
        return f"{counted(before, 'byte')}, goes"
    return f"{before:,} → {counted(after, 'byte')}"


def _refused_lines(sessions: Sequence[SessionPlan], surface: Surface) -> list[str]:
    if not sessions:
        return []
    lines = ["", surface.inked(f"Not possible for {counted(len(sessions), 'session')}:", Ink.STRONG)]
    for session in sessions:
        why = refusal_line(session.refusal) if session.refusal is not None else ""
        lines.append(f"{visible_line(session.session_id)}  {visible_line(session.title)}")
        lines.append(surface.inked(f"  {why}", Ink.FAILED))
    return lines


def _kept(plan: Plan) -> str:
    words = f"Kept for the undo: {counted(plan.image_bytes, 'byte')}"
    if plan.store_backup_bytes is not None:
        words += f", and before that a copy of the whole store, {counted(plan.store_backup_bytes, 'byte')}"
    return f"{words}."
