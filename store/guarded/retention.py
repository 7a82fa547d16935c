"""What is kept to undo changes, and what of it may go.

An image is kept for thirty days at least, and for as long as it is the newest one of its session. A copy of a whole
store is kept for thirty days at least, and for as long as it is the newest one of its store. Nothing goes by itself: a
person asks for it. The receipts stay.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import suppress
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.guarded.claims import CLAIM_SUFFIX, Claims
from store.guarded.journal import Journal, forget_image
from store.guarded.receipts import KEPT_MS
from store.guarded.store_backups import UNFINISHED, CopyKept, StoreBackups
from store.paths import OwnPaths
from store.values.changes import BackupFacts

_OLD_IMAGES = (
    "SELECT images.receipt, images.position, images.size_bytes FROM images"
    " JOIN receipts ON receipts.number = images.receipt AND receipts.at_ms <= :until_ms AND NOT receipts.is_open"
    " JOIN entries ON entries.receipt = images.receipt AND entries.position = images.position"
    " WHERE EXISTS (SELECT 1 FROM entries AS newer JOIN receipts AS later ON later.number = newer.receipt"
    " JOIN images AS kept ON kept.receipt = newer.receipt AND kept.position = newer.position"
    " WHERE newer.session_id = entries.session_id AND newer.receipt > entries.receipt AND later.store = receipts.store)"
)
"""Images that are old enough, of sessions of which there is a newer one."""

_KEPT_IMAGES = (
    "SELECT count(DISTINCT images.receipt), min(receipts.at_ms),"
    " (SELECT coalesce(sum(length(data)), 0) FROM contents) + coalesce(sum(length(description)), 0) FROM images"
    " JOIN receipts ON receipts.number = images.receipt"
)
"""A content that several images name is kept once."""

_OLD_BYTES = (
    f"WITH old AS ({_OLD_IMAGES}) SELECT count(DISTINCT receipt), (SELECT coalesce(sum(length(data)), 0) FROM contents"
    " WHERE digest IN (SELECT digest FROM image_contents JOIN old USING (receipt, position)) AND NOT EXISTS"
    " (SELECT 1 FROM image_contents AS named LEFT JOIN old USING (receipt, position)"
    " WHERE named.digest = contents.digest AND old.receipt IS NULL))"
    " + coalesce((SELECT sum(length(description)) FROM images JOIN old USING (receipt, position)), 0) FROM old"
)

_LEFTOVER = re.compile(rf"([0-9a-f-]{{36}})({re.escape(CLAIM_SUFFIX)}$|\.sqlite3{re.escape(UNFINISHED)})")
"""A claim, or a copy that was not finished, with what SQLite keeps beside it; its receipt's id stands in its name."""

PAGES_AT_ONCE = 500
"""Of our file, given back to the disk between two looks at the token."""


class Retention:
    """What is kept, and the clean-up of it."""

    def __init__(self, journal: Journal, backups: StoreBackups, claims: Claims, paths: OwnPaths) -> None:
        self._journal, self._backups, self._claims, self._paths = journal, backups, claims, paths

    def facts(self, now_ms: int, token: CancelToken) -> BackupFacts:
        """What is kept now."""
        may_wait("look at backups")
        if not self._journal.is_there:
            return BackupFacts(0, 0, None, 0, 0)
        copies = self._backups.kept(token)
        removable = _removable(copies, now_ms)

        def work(connection: sqlite3.Connection) -> tuple[int, ...]:
            count, oldest_ms, size_bytes = connection.execute(_KEPT_IMAGES).fetchone()
            until = {"until_ms": now_ms - KEPT_MS}
            return (count, oldest_ms or 0, size_bytes, *connection.execute(_OLD_BYTES, until).fetchone())

        count, oldest_ms, size_bytes, old_count, old_bytes = self._journal.read(work, token)
        times_ms = [copy.at_ms for copy in copies] + ([oldest_ms] if count else [])
        return BackupFacts(
            count=count + len(copies),
            size_bytes=size_bytes + sum(copy.size_bytes for copy in copies),
            oldest_ms=min(times_ms, default=None),
            removable_count=old_count + len(removable),
            removable_bytes=old_bytes + sum(copy.size_bytes for copy in removable),
        )

    def clean_up(self, now_ms: int, token: CancelToken) -> BackupFacts:
        """Remove what is old enough and not the newest of its kind, and give its room back to the disk.

        Raises:
            Cancelled: what was removed until then is gone.
        """
        may_wait("remove backups")
        if not self._journal.is_there:
            return self.facts(now_ms, token)

        def work(connection: sqlite3.Connection) -> None:
            for receipt, position, _size in connection.execute(_OLD_IMAGES, {"until_ms": now_ms - KEPT_MS}).fetchall():
                token.take_turn()
                forget_image(connection, receipt, position)

        self._journal.read(work, token)
        for copy in _removable(self._backups.kept(token), now_ms):
            token.check()
            with suppress(OSError):
                self._backups.remove(copy)
        self._remove_leftovers()
        self._journal.shrink(PAGES_AT_ONCE, token)
        return self.facts(now_ms, token)

    def _remove_leftovers(self) -> None:
        """Remove what processes that died left: copies that were cut off, and claims. What is claimed is in use."""
        with suppress(OSError):
            for left in sorted(self._paths.backups.iterdir()):
                found = _LEFTOVER.search(left.name)
                if found is None:
                    continue
                with self._claims.held(found[1]) as is_ours:
                    if is_ours and found[2] != CLAIM_SUFFIX:
                        left.unlink(missing_ok=True)


def _removable(copies: tuple[CopyKept, ...], now_ms: int) -> tuple[CopyKept, ...]:
    """Of copies, newest first, those that are old enough and not the newest of their store."""
    newest: dict[str, Path] = {}
    for copy in copies:
        newest.setdefault(copy.store.path, copy.file)
    old = (copy for copy in copies if copy.at_ms <= now_ms - KEPT_MS)
    return tuple(copy for copy in old if copy.file != newest[copy.store.path])
