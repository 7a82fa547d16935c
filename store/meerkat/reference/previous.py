"""What is kept of a session already, read as cheaply as the guards allow (formats/meerkat.md §3.5).

The usual save appends: what is kept is then byte for byte the beginning of what comes. That is found by comparing the
stored bytes with those of the incoming messages, a piece at a time and inside SQLite's own pages, so that a session of
46 MB is neither copied nor decoded; the guard gets the same messages from the incoming session. A rewrite brings what
it rewrote along in its graph, and is treated alike. Whatever does not fit this picture exactly is read whole. Worker
threads only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

from store.blocking import may_wait
from store.meerkat.reference.building_blocks import load_session_snapshot_in_txn
from store.meerkat.reference.errors import Internal
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.session import Session
from store.meerkat.reference.sqlite_failures import in_words_of_the_reference

SMALL_BYTES: Final = 64 * 1024
"""Documents up to this size are quicker read whole than compared."""

COMPARED_BYTES: Final = 256 * 1024
MAX_REST_BYTES: Final = 16 * 1024 * 1024
"""Behind the messages stand times, metadata and usage; a larger rest holds a revision graph, and is read whole."""

_FIND: Final = "SELECT rowid, length(session_json) FROM sessions WHERE session_id = ? AND typeof(session_json) = 'blob'"
_LIST_END: Final = b"]"


def previous_in_txn(
    connection: sqlite3.Connection, incoming: Session, likely: MessageList | None = None
) -> Session | None:
    """What is kept of a session that is about to be saved; None if nothing is.

    Args:
        likely: messages of which the first ones are probably kept; those of `incoming` where none are named.

    Returns:
        The session as a load gives it; its messages may be the likely ones, where they are equal.

    Raises:
        Internal: its bytes do not decode.
        StorageFailed: SQLite cannot read it.
    """
    may_wait("read a store")
    with in_words_of_the_reference():
        found = connection.execute(_FIND, (incoming.id,)).fetchone()
        if found is not None and found[1] > SMALL_BYTES:
            with connection.blobopen("sessions", "session_json", found[0], readonly=True) as blob:
                previous = _beginning(blob, incoming, incoming.messages if likely is None else likely)
            if previous is not None:
                return previous
    return load_session_snapshot_in_txn(connection, incoming.id)


def _beginning(blob: sqlite3.Blob, incoming: Session, likely: MessageList) -> Session | None:
    """What is kept, where its messages are the first of the likely ones; None where that is not proved."""
    head = f'{{"version":{incoming.version},"id":"{incoming.id}","messages":['.encode()
    if blob.read(len(head)) != head:
        return None
    shared = _shared_bytes(blob, likely)
    count = _messages_in(likely, shared)
    end = len(head) + shared
    size = len(blob)
    if count is None or size - end > MAX_REST_BYTES:
        return None
    blob.seek(end)
    # The bytes up to here end with a whole message, so that this bracket can only be the end of the list.
    if blob.read(1) != _LIST_END:
        return None
    rest = head + _LIST_END + blob.read(size - end - 1)
    try:
        previous = Session.load(rest)
    except Internal:
        return None
    # Only a document in Meerkat's own spelling is known to be read right in parts.
    if previous.encode() != rest:
        return None
    previous.replace_messages(likely if count == len(likely) else likely.slice(0, count))
    return previous


def _shared_bytes(blob: sqlite3.Blob, messages: MessageList) -> int:
    """How many bytes of the list of messages, from its first one on, stand in the blob from where it is read next."""
    shared = 0
    for piece in _pieces(messages):
        stored, expected = blob.read(len(piece)), bytes(piece)
        if stored != expected:
            return shared + _first_difference(stored, expected)
        shared += len(expected)
    return shared


def _pieces(messages: MessageList) -> Iterator[memoryview]:
    for view in messages.views():
        for begin in range(0, len(view), COMPARED_BYTES):
            yield view[begin : begin + COMPARED_BYTES]


def _first_difference(one: bytes, other: bytes) -> int:
    """Where two pieces begin to differ; the length of the shorter one if they do not before its end."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _messages_in(messages: MessageList, size_bytes: int) -> int | None:
    """How many whole messages the first bytes of a list are; None if they end inside one."""
    low, high = 0, len(messages)
    while low < high:
        middle = (low + high) // 2
        if messages.slice(0, middle).size_bytes() < size_bytes:
            low = middle + 1
        else:
            high = middle
    return low if messages.slice(0, low).size_bytes() == size_bytes else None
