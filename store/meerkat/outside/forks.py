"""A new session in a realm, made of the first messages of one that stays as it is (formats/meerkat.md §3.8, §3.10).

Written as the product's own `session/fork_at` writes it: both rows, metadata without the graph, and nothing else; the
first resume makes the rest.
"""

from __future__ import annotations

from typing import Final

from store.meerkat.listing import RUNTIME_PREFIX
from store.meerkat.outside.loading import columns_of, load_session
from store.meerkat.outside.refusals import refuse
from store.meerkat.outside.rows import SESSION_TABLE, SNAPSHOT_TABLE, Row, StoredSession
from store.meerkat.outside.rules import document_of
from store.meerkat.outside.session_change import Circumstances, Made, RowChange
from store.meerkat.reference.forking import fork_at
from store.meerkat.reference.session import Session
from store.meerkat.reference.stored_messages import tool_use_ids
from store.meerkat.shapes.migration import SESSION_METADATA
from store.values.changes import ForkEdit, RefusalCode

_NEEDED: Final = ("model", "max_tokens", "provider", "tooling")
"""Settings without which no Meerkat resumes a session."""

ENDS_INSIDE_A_CALL: Final = (
    "It would end in a call of a tool without its result, which no model accepts: fork a message earlier or later."
)


def fork(stored: StoredSession, edit: ForkEdit, circumstances: Circumstances, made: Made) -> None:
    """Put together the rows of a new session. Raises ChangeRefused."""
    snapshot = document_of(stored.snapshot)
    document = snapshot if snapshot is not None else document_of(stored.session)
    assert document is not None  # a session has a document
    source = load_session(document, circumstances)
    count = len(source.messages)
    if not 0 <= edit.at <= count:
        raise refuse(RefusalCode.GUARD, f"There are only {count:,} messages to be forked.")
    _refuse_settings(source)
    new = fork_at(source, edit.at)
    if edit.at and tool_use_ids(new.messages.bytes_at(edit.at - 1)):
        raise refuse(RefusalCode.GUARD, ENDS_INSIDE_A_CALL)
    made.made_id = new.id
    made.revision_before, made.revision_after = source.transcript_revision(), new.transcript_revision()
    row = Row(SESSION_TABLE, columns_of(new))
    made.rows.append(RowChange(SESSION_TABLE, row.key, None, row))
    row = Row(SNAPSHOT_TABLE, (RUNTIME_PREFIX + new.id, new.encode()))
    made.rows.append(RowChange(SNAPSHOT_TABLE, row.key, None, row))


def _refuse_settings(source: Session) -> None:
    settings = source.metadata.get(SESSION_METADATA)
    missing = [key for key in _NEEDED if not isinstance(settings, dict) or key not in settings]
    if missing:
        named = ", ".join(f"“{key}”" for key in missing)
        raise refuse(
            RefusalCode.GUARD,
            f"The settings of this session lack {named}, so that no fork could be resumed.",
        )
