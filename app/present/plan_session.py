"""What a plan says of one session: rows and files that would change, exact sizes, and why not. Pure, any thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.present.one_line import one_line
from app.present.sizes import counted, exact_size
from app.present.summary import Sign
from store.values.changes import FilePlan, RowPlan, Scope, SessionPlan

ARROW = "→"

CHANGED, ADDED, REMOVED = Sign("diff", "changed"), Sign("plus", "added", "ok"), Sign("minus", "removed", "error")

Part = RowPlan | FilePlan


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One row or file of a session that would change.

    Attributes:
        where: its table, or its path.
        what: which row of the table; "" of a file.
        sizes: its stored bytes before and after.
        is_file: it is a file beside the store.
    """

    sign: Sign
    where: str
    what: str
    sizes: str
    is_file: bool = False

    @property
    def spoken(self) -> str:
        """All of it, for screen readers and tool tips."""
        parts = ("File" if self.is_file else "Row", self.sign.word, self.where, self.what, self.sizes)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class SessionText:
    """What a plan says of one session.

    Attributes:
        title, session_id: which.
        summary: one line: how many rows and files, bytes before and after; or that it is refused.
        sentences: why nothing would happen and what can be done, remarks, revision before and after.
        lines: rows, then files.
    """

    title: str
    session_id: str
    summary: str
    sentences: tuple[str, ...]
    lines: tuple[PlanLine, ...]


def bytes_of(parts: Iterable[Part]) -> tuple[int, int]:
    """Stored bytes of rows and files before and after; what is not there has none."""
    all_parts = tuple(parts)
    return sum(part.before_bytes or 0 for part in all_parts), sum(part.after_bytes or 0 for part in all_parts)


def parts_words(row_count: int, file_count: int, between: str = " and ") -> str:
    """How many rows and files: "3 rows", "3 rows and 1 file"."""
    rows = counted(row_count, "row") if row_count or not file_count else ""
    files = counted(file_count, "file") if file_count else ""
    return between.join(words for words in (rows, files) if words)


def sizes_words(before: int | None, after: int | None) -> str:
    """Exact sizes: "1,819,402 → 1,819,426 bytes"; of what comes or goes the one that it has."""
    if before is None and after is None:
        return ""
    if before is None:
        return f"new, {exact_size(after)}"
    if after is None:
        return f"goes, {exact_size(before)}"
    return f"{before:,} {ARROW} {exact_size(after)}"


def session_summary(session: SessionPlan, scope: Scope = Scope.STORE) -> str:
    """One line of a session: "3 rows, 1,819,402 → 1,819,426 bytes"; "3 rows and 4 files go, 60,646 bytes"."""
    if scope is Scope.OWN:
        return "noted in Burrow; its store stays as it is"
    parts: tuple[Part, ...] = (*session.rows, *session.files)
    if not parts:
        return "nothing in the store changes"
    what = parts_words(len(session.rows), len(session.files))
    before, after = bytes_of(parts)
    if all(part.after_bytes is None for part in parts):
        return f"{what} {'goes' if len(parts) == 1 else 'go'}, {exact_size(before)}"
    return f"{what}, {before:,} {ARROW} {exact_size(after)}"


def session_text(session: SessionPlan, scope: Scope = Scope.STORE) -> SessionText:
    """Everything that a plan says of a session; of our own notes no bytes, which say nothing to anybody."""
    sentences = []
    if session.refusal is not None:
        sentences += [session.refusal.sentence, session.refusal.advice, "Nothing would be written to it."]
    sentences += [*session.remarks, _revision_words(session)]
    rows = session.rows if scope is Scope.STORE else ()
    lines = [_line(row.table, row.row, row, is_file=False) for row in rows]
    lines += [_line(file.path, "", file, is_file=True) for file in session.files]
    return SessionText(
        title=one_line(session.title) or session.session_id,
        session_id=one_line(session.session_id),
        summary="Refused" if session.refusal is not None else session_summary(session, scope),
        sentences=tuple(one_line(words) for words in sentences if words),
        lines=tuple(lines),
    )


def _revision_words(session: SessionPlan) -> str:
    before, after = session.revision_before, session.revision_after
    if not before or not after or before == after:
        return ""
    return f"Revision {before} becomes {after}."


def _line(where: str, what: str, part: Part, *, is_file: bool) -> PlanLine:
    sign = ADDED if part.before_bytes is None else REMOVED if part.after_bytes is None else CHANGED
    sizes = sizes_words(part.before_bytes, part.after_bytes)
    return PlanLine(sign, one_line(where), one_line(what), sizes, is_file)
