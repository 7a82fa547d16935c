"""What came of a change, in words: how many sessions, which were refused and why, which were not reached. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.present.action_words import ACTION_WORDS
from app.present.one_line import one_line
from app.present.plan_words import PlanRow, of_sessions, sessions
from app.present.summary import Sign
from app.present.times import duration_text
from store.values.changes import Entry, EntryState, Receipt, UndoState

DONE, NOT_DONE = Sign("check", "Done", "ok"), Sign("ban", "Not done", "warn")
UNKNOWN = Sign("triangle-alert", "Not known", "error")
UNTOUCHED = "Not reached: nothing was written to it."
ADVICES = 2
"""So many different advices are named above the list; Changes names that of each session."""


@dataclass(frozen=True, slots=True)
class ResultText:
    """What came of a change of sessions of one or more stores.

    Attributes:
        title: "Archived 400 of 1,000 sessions".
        sentences: what else is to be known, complete.
        rows: sessions that were not changed, those with a reason first; then those that were.
        count: above the list.
        undoable: receipts that can be taken back.
        is_complete: everything that was asked for was done.
    """

    sign: Sign
    title: str
    sentences: tuple[str, ...]
    rows: tuple[PlanRow, ...]
    count: str
    undoable: tuple[str, ...]
    is_complete: bool

    @property
    def report(self) -> str:
        """All of it as text, to copy."""
        lines = [self.title, "", *self.sentences, ""]
        lines += [f"{row.sign.word if row.sign else ''}: {row.title}: {row.second}" for row in self.rows]
        return "\n".join(lines) + "\n"


def result_text(receipts: Sequence[Receipt], error: str = "") -> ResultText:
    """The words of the receipts of one request.

    Args:
        error: why stores were not reached; "" where all were.
    """
    words = ACTION_WORDS[receipts[0].request.action]
    entries = [entry for receipt in receipts for entry in receipt.entries]
    done = _of(entries, EntryState.DONE)
    refused = [entry for entry in _of(entries, EntryState.NOT_DONE) if _is_refused(entry)]
    left, unknown = len(_of(entries, EntryState.NOT_DONE)) - len(refused), len(_of(entries, EntryState.UNKNOWN))
    is_complete = len(done) == len(entries) and not error
    title = (
        words.done.format(of_sessions(len(done), len(entries)))
        if done
        else f"{words.refused}: {sessions(len(entries))}"
    )
    sentences = [error] if error else []
    if any(receipt.is_cancelled for receipt in receipts):
        sentences.append(f"Stopped by you between two sessions. {_untouched(left)}")
    elif left:
        sentences.append(_untouched(left))
    if refused:
        verb = "was refused and is" if len(refused) == 1 else "were refused and are"
        sentences.append(" ".join((f"{sessions(len(refused))} {verb} as before.", *_advices(refused))))
    if unknown:
        sentences.append(f"Of {sessions(unknown)} it is not known what became of it: see Changes.")
    if done:
        took = duration_text(sum(receipt.took_ms for receipt in receipts))
        proof = "1 session was" if len(done) == 1 else f"{sessions(len(done))} were"
        sentences.append(f"{proof} read back and found as planned; it took {took}.")
    return ResultText(
        sign=_sign(len(done), unknown, is_complete),
        title=title,
        sentences=tuple(sentences),
        rows=_rows(receipts),
        count=_count(len(done), len(entries)),
        undoable=tuple(receipt.receipt_id for receipt in receipts if receipt.undo is UndoState.POSSIBLE),
        is_complete=is_complete,
    )


def noted_words(receipts: Sequence[Receipt]) -> str:
    """What the status bar says of a change that was done: "Archived 14 sessions"."""
    words = ACTION_WORDS[receipts[0].request.action]
    total = sum(len(receipt.entries) for receipt in receipts)
    done = sum(receipt.counted(EntryState.DONE) for receipt in receipts)
    return words.done.format(of_sessions(done, total)) if done else f"{words.refused}: {sessions(total)}"


def _of(entries: Sequence[Entry], state: EntryState) -> list[Entry]:
    return [entry for entry in entries if entry.state is state]


def _is_refused(entry: Entry) -> bool:
    return entry.refusal is not None


def _advices(refused: Sequence[Entry]) -> list[str]:
    """What can be done, once each, what most of them need first."""
    said = Counter(one_line(entry.refusal.advice) for entry in refused if entry.refusal and entry.refusal.advice)
    return [advice for advice, _sessions in said.most_common(ADVICES)]


def _untouched(count: int) -> str:
    return f"{sessions(count)} {'was' if count == 1 else 'were'} not reached." if count else "All were reached."


def _count(done: int, total: int) -> str:
    if done == total:
        return sessions(total)
    return f"{of_sessions(total - done, total)} not done"


def _sign(done: int, unknown: int, is_complete: bool) -> Sign:
    if unknown:
        return UNKNOWN
    if is_complete:
        return Sign("circle-check", "Done", "ok")
    return Sign("triangle-alert", "Not all was done", "warn") if done else NOT_DONE


def _rows(receipts: Sequence[Receipt]) -> tuple[PlanRow, ...]:
    rows = [
        (_rank(entry), number, at, entry)
        for number, receipt in enumerate(receipts)
        for at, entry in enumerate(receipt.entries)
    ]
    rows.sort(key=lambda row: row[:3])
    return tuple(_row(entry, (number, at)) for _rank, number, at, entry in rows)


def _rank(entry: Entry) -> int:
    if entry.state is EntryState.UNKNOWN:
        return 0
    return (1 if _is_refused(entry) else 2) if entry.state is EntryState.NOT_DONE else 3


def _row(entry: Entry, place: tuple[int, int]) -> PlanRow:
    title = one_line(entry.title) or entry.session_id
    reason = one_line(entry.refusal.sentence) if entry.refusal is not None else ""
    if entry.state is EntryState.UNKNOWN:
        return PlanRow(title, reason or "It is not known what became of it.", UNKNOWN, place)
    if entry.state is EntryState.NOT_DONE:
        return PlanRow(title, reason or UNTOUCHED, NOT_DONE, place)
    return PlanRow(title, "Written, and read back as planned.", DONE, place)
