"""What sessions are called, in a store of any generation: for plans that read nothing else of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import SessionError
from store.meerkat.places import find_place
from store.meerkat.store_file import recognise_layout
from store.meerkat.summaries import read_facts
from store.values.store import StoreKey


def read_titles(
    connection: sqlite3.Connection, main: Path, session_ids: Sequence[str], token: CancelToken
) -> dict[str, str]:
    """Read the titles of sessions as the list shows them; those that are not there are left out.

    Args:
        connection: its text factory is set here.
    """
    may_wait("read a store")
    connection.text_factory = bytes
    layout = recognise_layout(connection, main.name)
    handles: dict[str, int] = {}
    for session_id in session_ids:
        token.take_turn()
        try:
            handles[session_id] = find_place(connection, layout, session_id).handle
        except SessionError:
            continue
    facts = read_facts(connection, layout, tuple(handles.values()), token)
    key = StoreKey(str(main))
    return {session_id: facts[handle].summary(key).title for session_id, handle in handles.items() if handle in facts}
