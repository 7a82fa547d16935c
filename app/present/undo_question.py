"""What is asked before a change is taken back or backups are cleaned up, and how that ended. Pure, any thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from app.present.one_line import one_line
from app.present.receipt_words import lost_count, receipt_title, undecided_count, written_count
from app.present.sizes import counted, exact_size, short_size
from app.present.summary import Sign
from app.present.times import list_time
from app.present.undo_words import refusal_text, undoable_sessions
from store.values.changes import KEPT_DAYS, Action, BackupFacts, EntryState, Receipt, Scope

_COMES: dict[Action, tuple[str, str]] = {
    Action.ARCHIVE: ("go back into the list", "are archived again"),
    Action.RESTORE: ("are archived again", "go back into the list"),
    Action.DELETE: ("come back, with everything that was kept of them", "are deleted again, for good"),
    Action.HIDE: ("are shown again", "are hidden again"),
    Action.UNHIDE: ("are hidden again", "are shown again"),
}
_OTHER = ("become as they were before the change", "become as they were after it")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked in the window of changes, and the button that answers it.

    Attributes:
        title: "Undo “Archived 14 sessions”".
        sentence: what will be other afterwards, exact.
        verb: words of the button: "Undo 14 sessions".
        is_final: it destroys something, so that Cancel is the default button.
    """

    title: str
    sentence: str
    verb: str
    is_final: bool = False


def undo_question(receipt: Receipt, *, is_redo: bool = False) -> Question:
    """What is asked before a change is taken back.

    Args:
        is_redo: the change took back an undo itself.
    """
    is_undo = bool(receipt.undoes) and not is_redo
    word = "Redo" if is_undo else "Undo"
    sessions = undoable_sessions(receipt)
    entries = [entry for entry in receipt.entries if entry.state is EntryState.DONE]
    back = _COMES.get(receipt.request.action, _OTHER)[1 if is_undo else 0]
    if len(entries) == 1:
        back = _singular(back)
    rows, files = (sum(getattr(e, name) for e in entries) for name in ("row_count", "file_count"))
    what = [counted(rows, "row")] if rows else []
    what += [counted(files, "file")] if files else []
    bytes_after = sum(entry.before_bytes for entry in entries)
    where = "our own notes" if receipt.scope is Scope.OWN else one_line(receipt.store_name)
    written = f" Written to {where}: {' and '.join(what)}, {exact_size(bytes_after)} afterwards." if what else ""
    made = " The session that was made is taken away." if any(entry.made_id for entry in entries) else ""
    checked = "" if receipt.scope is Scope.OWN else " A session that moved on since is left as it is."
    return Question(
        f"{word} “{receipt_title(receipt, is_redo=is_redo)}”",
        f"{sessions} of {one_line(receipt.store_name)} {back}.{written}{made}{checked}",
        f"{word} {sessions}",
        is_final=is_undo and receipt.request.action is Action.DELETE,
    )


def _singular(words: str) -> str:
    """What several sessions do, said of one."""
    pairs = (
        ("go back", "goes back"),
        ("are ", "is "),
        ("come back", "comes back"),
        ("kept of them", "kept of it"),
        ("become as they were", "becomes as it was"),
    )
    for several, one in pairs:
        words = words.replace(several, one)
    return words


def joined_question(questions: Sequence[Question], session_count: int) -> Question:
    """Several questions about what was done at once, as one; a single one stays as it is."""
    first = questions[0]
    if len(questions) == 1:
        return first
    return Question(
        f"{first.title} and {counted(len(questions) - 1, 'more change')}",
        " ".join(question.sentence for question in questions),
        f"{first.verb.split()[0]} {counted(session_count, 'session')}",
        is_final=any(question.is_final for question in questions),
    )


def undo_result(receipts: Sequence[Receipt], failure: str = "") -> Sign:
    """How taking something back ended: an icon and a sentence.

    Args:
        receipts: of the undo; at least one.
        failure: why further ones were not come to; "" if all were.
    """
    entries = [entry for receipt in receipts for entry in receipt.entries]
    written, total = sum(written_count(receipt) for receipt in receipts), len(entries)
    is_cancelled = any(receipt.is_cancelled for receipt in receipts)
    refused = [entry.refusal for entry in entries if entry.refusal is not None]
    reasons = dict.fromkeys(refusal_text(refusal) for refusal in refused)
    reason = f" {next(iter(reasons))}" if reasons else ""
    others = f" And {counted(len(reasons) - 1, 'other reason')}." if len(reasons) > 1 else ""
    end = f"{reason}{others}{f' {failure}' if failure else ''}"
    if unknown := sum(receipt.counted(EntryState.UNKNOWN) for receipt in receipts):
        sessions = counted(unknown, "session")
        return Sign("triangle-alert", f"Of {sessions} it is not known whether it was taken back.{end}", "warn")
    if written == total and not failure:
        return Sign("circle-check", f"{counted(written, 'session')} as before, read back and equal.", "ok")
    if not written:
        return Sign("ban", f"{'Cancelled: nothing' if is_cancelled else 'Nothing'} was written.{end}", "text_2")
    begun = "Cancelled: " if is_cancelled else ""
    said = f"{begun}{written:,} of {counted(total, 'session')} as before, read back and equal."
    left = f" {len(refused):,} refused:" if refused else ""
    return Sign("ban" if is_cancelled else "triangle-alert", f"{said}{left}{end}", "warn")


def settled_sentence(receipts: tuple[Receipt, ...]) -> str:
    """What the start found of changes that were cut off; "" where there is nothing to say."""
    if not receipts:
        return ""
    total = sum(len(receipt.entries) for receipt in receipts)
    written = sum(written_count(receipt) for receipt in receipts)
    undecided = sum(undecided_count(receipt) for receipt in receipts)
    lost = sum(lost_count(receipt) for receipt in receipts)
    as_before = total - written - undecided - lost
    parts = [f"of {counted(total, 'session')} {written:,} {'was' if written == 1 else 'were'} written"]
    parts += [f"{as_before:,} {'is' if as_before == 1 else 'are'} as before"] if as_before else []
    parts += [f"{lost:,} moved on since"] if lost else []
    parts += [f"of {undecided:,} it is not known yet, because the store cannot be read"] if undecided else []
    begin = f"{counted(len(receipts), 'change')} {'was' if len(receipts) == 1 else 'were'} cut off"
    return f"{begin}: {', '.join(parts)}."


# Backups


def backups_text(facts: BackupFacts, now_ms: int, zone: tzinfo | None = None) -> str:
    """What is kept: "9 backups, 61.4 MB, oldest 9 Aug. The newest backup of a session is never cleaned up."."""
    if not facts.count:
        return f"No backups. Each change keeps what is needed to undo it for {KEPT_DAYS} days."
    oldest = "" if facts.oldest_ms is None else f", oldest {list_time(facts.oldest_ms, now_ms, zone)}"
    size = short_size(facts.size_bytes)
    return f"{counted(facts.count, 'backup')}, {size}{oldest}. The newest backup of a session is never cleaned up."


def clean_up_tip(facts: BackupFacts) -> str:
    """What the button would do, or why it can do nothing."""
    if not facts.removable_count:
        return f"Nothing is older than {KEPT_DAYS} days, except the newest backup of each session"
    return f"Remove {counted(facts.removable_count, 'backup')}, {short_size(facts.removable_bytes)}"


def clean_up_question(facts: BackupFacts) -> Question:
    """What is asked before backups are removed."""
    going, staying = facts.removable_count, facts.count - facts.removable_count
    removed = counted(going, "backup")
    return Question(
        f"Clean up {going:,} of {counted(facts.count, 'backup')}",
        f"{removed} older than {KEPT_DAYS} days, {exact_size(facts.removable_bytes)}, "
        f"{'go' if going != 1 else 'goes'}: their changes cannot be undone any more. {counted(staying, 'backup')}, "
        f"{exact_size(facts.size_bytes - facts.removable_bytes)}, {'stay' if staying != 1 else 'stays'}: all of the "
        f"last {KEPT_DAYS} days, the newest of each session, and the newest copy of each store.",
        f"Remove {removed}",
        is_final=True,
    )


def clean_up_result(before: BackupFacts, after: BackupFacts) -> Sign:
    """How a clean-up ended."""
    gone, freed = max(before.count - after.count, 0), max(before.size_bytes - after.size_bytes, 0)
    if not gone:
        return Sign("info", "Nothing was removed.", "text_2")
    stay = "stays" if after.count == 1 else "stay"
    return Sign(
        "circle-check", f"Removed {counted(gone, 'backup')}, {exact_size(freed)}. {after.count:,} {stay}.", "ok"
    )
