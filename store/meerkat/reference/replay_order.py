"""Whether Meerkat 0.6.24 could read a history back that it also keeps in its event log (formats/meerkat.md §3.8).

At each load it replays the records of its log, after putting them into an order of its own. That order is wrong for
some histories: where the first revision came back, messages were appended and another rewrite followed, the last one is
put first, the replay fails, and with it the listing of the whole realm. Here the same order is made, so that such a
rewrite is refused before it is written. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from store.meerkat.reference.errors import TranscriptEditError
from store.meerkat.reference.graph_rules import validate_history
from store.meerkat.reference.history import Commit, History
from store.meerkat.reference.rewrite_records import (
    LoggedRecord,
    RewriteRecord,
    history_from_rewrite_records,
    record_of,
)
from store.meerkat.shapes.digests import DigestFormat

CANNOT_READ_BACK: Final = (
    "Meerkat 0.6.24 could not read this history back: it replays rewrites in another order, and would then refuse to"
    " list its whole realm."
)
WRONG_VERSION: Final = (
    "Meerkat 0.6.24 would show another version than this one: it replays rewrites in another order, and takes the one"
    " that comes out last."
)
NOT_KEPT: Final = "A rewrite of this history lacks one of its versions, so that Meerkat could not list its realm."


def replay_problem(history: History, log_records: Sequence[LoggedRecord], form: DigestFormat = DigestFormat.F1) -> str:
    """Say what Meerkat would make of a history at its second load; "" where it comes out as it is.

    At the first load it completes its log by the commits that the history has and the log has not.

    Args:
        history: as it would be stored.
        log_records: of the session's event log, in any order; none where there is no log.

    Returns:
        A complete sentence, or "".
    """
    known = {logged.record.commit for logged in log_records}
    records = list(log_records)
    seq = max((logged.seq for logged in log_records), default=0)
    for commit in history.commits:
        if commit in known:
            continue
        record = record_of(history, commit)
        if record is None:
            return NOT_KEPT
        seq += 1
        records.append(LoggedRecord(seq, record))
    try:
        replayed = history_from_rewrite_records(replay_order(records), form)
        return "" if replayed is None else _difference(history, replayed, form)
    except TranscriptEditError:
        return CANNOT_READ_BACK


def replay_order(records: Iterable[LoggedRecord]) -> list[RewriteRecord]:
    """Put records into the order in which Meerkat 0.6.24 replays them; of equal commits the first one stays.

    It begins with the revisions that no rewrite made, and always takes the earliest record that comes from a known one.
    """
    left = [logged.record for logged in sorted(records, key=lambda logged: logged.seq)]
    made = {record.commit.revision for record in left}
    known = {record.commit.parent_revision for record in left} - made
    if not known and left:
        known.add(left[0].commit.parent_revision)
    ordered: dict[Commit, RewriteRecord] = {}
    while left:
        at = next((number for number, record in enumerate(left) if record.commit.parent_revision in known), 0)
        following = left.pop(at)
        if following.commit not in ordered:
            known.add(following.commit.revision)
            ordered[following.commit] = following
    return list(ordered.values())


def _difference(history: History, replayed: History, form: DigestFormat) -> str:
    """What becomes of a history that is laid together with a replayed one. Raises TranscriptEditError."""
    if replayed.body(history.head) is None:
        return ""  # Messages were appended since the last rewrite: the stored history counts.
    is_covered = set(history.commits) <= set(replayed.commits)
    head = replayed.head if is_covered else history.head
    whole = history
    for body in replayed.bodies:
        whole = whole.with_body(body)
    for commit in replayed.commits:
        if commit not in whole.commits:
            whole = whole.with_commit(commit)
    validate_history(whole.with_head(head), form)
    return "" if head == history.head else WRONG_VERSION
