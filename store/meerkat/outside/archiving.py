"""Archiving sessions and bringing them back, as the products do (formats/meerkat.md §3.10).

0.6: the runtime's state decides, `"retired"` or `"idle"`; the flag `session_archived` in both documents goes with it,
as the product sets it, and with it the time of the last change. 0.7: `runtime_state` inside the stored object, and
nothing else of it or of the documents.
"""

from __future__ import annotations

import re
from typing import Final

import orjson

from store.errors import ChangeRefused
from store.meerkat.listing import RUNTIME_PREFIX
from store.meerkat.outside.documents import metadata_value
from store.meerkat.outside.family import family_of_session
from store.meerkat.outside.metadata_change import change_metadata, note_revision
from store.meerkat.outside.refusals import HIDE_HERE, refuse
from store.meerkat.outside.rows import STATE_TABLE, Row, StoredSession
from store.meerkat.outside.rules import metadata_of, runtime_state_of_session
from store.meerkat.outside.session_change import Circumstances, Made, RowChange
from store.meerkat.row_facts import ENDED_STATES
from store.values.changes import Refusal, RefusalCode

ARCHIVED_KEY: Final = "session_archived"
RETIRED: Final = "retired"
IDLE: Final = "idle"

_MISSING_STATE_07: Final = (
    '{"record_version":1,"runtime_state":"%s","binding":{"agent_runtime_id":null,"fence_token":null,'
    '"runtime_generation":null,"runtime_epoch_id":null}}'
)
"""The state row of a session at rest, as the real 0.7.24 writes it."""

_STATE_IN_OBJECT: Final = re.compile(rb'("runtime_state":)"(?:[a-z_]+)"')


def is_archived(stored: StoredSession) -> bool:
    """Whether a session counts as archived: its state row decides, and only where there is none the documents do."""
    state = runtime_state_of_session(stored)
    if state is not None:
        return state in ENDED_STATES
    return any(
        metadata_value(metadata, ARCHIVED_KEY) is True
        or metadata_value(metadata, "session_lifecycle_terminal") == "archived"
        for metadata in metadata_of(stored)
    )


def archive(stored: StoredSession, circumstances: Circumstances, made: Made) -> None:
    """Put a session away. Raises ChangeRefused."""
    if runtime_state_of_session(stored) in ENDED_STATES:
        raise ChangeRefused(Refusal(RefusalCode.ALREADY_SO, "The session is archived already."))
    note_revision(stored, made)
    if not family_of_session(stored, circumstances.family).is_07 and not all(_flags(stored)):
        change_metadata(stored, {ARCHIVED_KEY: True}, circumstances, made)
    _set_state(stored, RETIRED, circumstances, made)


def restore(stored: StoredSession, circumstances: Circumstances, made: Made) -> None:
    """Bring a session back from the archive. Raises ChangeRefused."""
    if not is_archived(stored):
        raise ChangeRefused(Refusal(RefusalCode.ALREADY_SO, "The session is not archived."))
    note_revision(stored, made)
    if not family_of_session(stored, circumstances.family).is_07 and any(_flags(stored)):
        change_metadata(stored, {ARCHIVED_KEY: None}, circumstances, made)
    _set_state(stored, IDLE, circumstances, made)


def _flags(stored: StoredSession) -> tuple[bool, ...]:
    """Whether the documents carry the flag, that of `sessions` first."""
    return tuple(metadata_value(metadata, ARCHIVED_KEY) is True for metadata in metadata_of(stored))


def _set_state(stored: StoredSession, state: str, circumstances: Circumstances, made: Made) -> None:
    """Add the change of the state row; a missing one is made."""
    if stored.state is None:
        family = family_of_session(stored, circumstances.family)
        value = (_MISSING_STATE_07 % state if family.is_07 else f'"{state}"').encode()
        after = Row(STATE_TABLE, (RUNTIME_PREFIX + stored.session_id, value))
        made.rows.append(RowChange(STATE_TABLE, after.key, None, after))
        return
    before = stored.state.values[1]
    changed = _with_state(before.encode() if isinstance(before, str) else before, state)
    after = Row(STATE_TABLE, (stored.state.values[0], changed.decode() if isinstance(before, str) else changed))
    made.rows.append(RowChange(STATE_TABLE, stored.state.key, stored.state, after))


def _with_state(stored: object, state: str) -> bytes:
    """A stored state with another word in it; everything else of an object is kept. Raises ChangeRefused."""
    try:
        value = orjson.loads(stored) if isinstance(stored, bytes) else None
    except ValueError:
        value = None
    if isinstance(value, str):
        return f'"{state}"'.encode()
    if isinstance(value, dict) and isinstance(value.get("runtime_state"), str) and isinstance(stored, bytes):
        changed, count = _STATE_IN_OBJECT.subn(rb'\1"%s"' % state.encode(), stored)
        if count == 1 and orjson.loads(changed) == {**value, "runtime_state": state}:
            return changed
    raise refuse(
        RefusalCode.DAMAGED, "The stored runtime state of this session is none that Meerkat writes.", HIDE_HERE
    )
