"""Which way a store is read, decided from what was found of its files; no file is opened here.

The order matters. `mode=ro` on a store with a log would leave or touch a `-shm` file beside it, `immutable=1` would see
neither a log nor a hot journal, so each is chosen only where it does no harm and misses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from store.opening.content import SQLITE_MAGIC, WAL_FORMAT, parse_header, refusal, refuse_cut
from store.opening.stamp import Found
from store.values.store import Access


class Way(Enum):
    """How one batch is read."""

    IMMUTABLE = "immutable"
    SHARED_LOCK = "shared-lock"
    SNAPSHOT = "snapshot"
    IN_PLACE = "in-place"


@dataclass(frozen=True, slots=True)
class Decision:
    """A way and its reason.

    Attributes:
        access: the word for people and programs.
        why: one sentence for people.
    """

    way: Way
    access: Access
    why: str


CLOSED = Decision(
    Way.IMMUTABLE,
    Access.UNCHANGED_FILE,
    "No program has commits waiting in a log, so the file itself is read, unchanged.",
)
ROLLBACK = Decision(
    Way.SHARED_LOCK,
    Access.UNCHANGED_FILE,
    "It keeps a rollback journal and no write was cut short, so the file itself is read, unchanged.",
)
LOGGED = Decision(
    Way.SNAPSHOT, Access.SNAPSHOT, "Newer commits wait in the log beside the file, so a private copy of both is read."
)
CUT_SHORT = Decision(
    Way.SNAPSHOT,
    Access.SNAPSHOT,
    "A write was cut short and left its journal, so a private copy is read in which that write is rolled back.",
)
RESTLESS = Decision(
    Way.SNAPSHOT, Access.SNAPSHOT, "It was being written during every attempt to read it, so a private copy is read."
)
OUTDATED = Decision(
    Way.SNAPSHOT,
    Access.SNAPSHOT,
    "It is changing faster than it can be read, so a private copy of an earlier state is read.",
)
ASKED = Decision(
    Way.IN_PLACE, Access.IN_PLACE, "You asked to read it in place for this once, which touches the -shm file beside it."
)


def decide(name: str, found: Found) -> Decision:
    """Choose the way.

    Args:
        name: of the main file, for the sentences of errors.

    Raises:
        EmptyFile, NotAStore, EncryptedOrForeign: it is no SQLite database.
        DamagedDatabase: it is one that was cut off.
    """
    if not found.first.startswith(SQLITE_MAGIC):
        raise refusal(name, found.stamp.main.size_bytes, found.first)
    header = parse_header(name, found.first)
    # A journal is rolled back before a log is read, whatever the header says: the switch to the log is itself a write.
    if found.is_journal_hot:
        return CUT_SHORT
    if found.wal_bytes > 0:
        return LOGGED
    if found.journal is None:
        # A living writer may be about to lengthen the file; a log may hold what main does not.
        refuse_cut(name, header, found.stamp.main.size_bytes)
    return CLOSED if header.read_format == WAL_FORMAT else ROLLBACK
