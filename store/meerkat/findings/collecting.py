"""Findings as they are gathered: so many of one kind are kept, and the rest is counted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from store.values.checks import Finding, Severity

MAX_OF_A_KIND = 1_000
"""More findings of one code are counted and not listed one by one."""


class Collector:
    """Takes findings; not shared between threads."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._counts: dict[tuple[Severity, str], int] = {}

    def add(self, finding: Finding) -> None:
        """Keep a finding, or only count it where there are too many of its kind."""
        kind = (finding.severity, finding.code)
        count = self._counts[kind] = self._counts.get(kind, 0) + 1
        if count <= MAX_OF_A_KIND:
            self._kept.append(finding)

    def take(self, findings: Iterable[Finding], unlisted: int = 0) -> None:
        """Keep findings of one kind.

        Args:
            unlisted: further ones of the kind of the last, which were only counted.
        """
        last = None
        for last in findings:
            self.add(last)
        if last is not None and unlisted > 0:
            self._counts[last.severity, last.code] += unlisted

    def merge(self, other: Collector) -> None:
        """Take everything of another one, what it only counted too."""
        kept = dict(self._counts)
        for kind, count in other._counts.items():
            self._counts[kind] = kept.get(kind, 0) + count
        for finding in other._kept:
            kind = (finding.severity, finding.code)
            kept[kind] = kept.get(kind, 0) + 1
            if kept[kind] <= MAX_OF_A_KIND:
                self._kept.append(finding)

    def findings(self) -> tuple[Finding, ...]:
        """All that is kept, by session, and a last word of each kind of which more were found.

        What concerns no single session comes first.
        """
        self._kept.sort(key=lambda finding: (finding.session_id or "", finding.code))
        more = [
            Finding(
                severity, None, code, f"{count - MAX_OF_A_KIND:,} more of this kind were found; they are not listed."
            )
            for (severity, code), count in self._counts.items()
            if count > MAX_OF_A_KIND
        ]
        return (*self._kept, *more)


def some_rows(
    connection: sqlite3.Connection, statement: str, parameters: Sequence[object] = ()
) -> tuple[list[tuple[Any, ...]], int]:
    """Run a statement that may find very many rows.

    Returns:
        The first rows, and how many there are beyond them.
    """
    rows = connection.execute(f"{statement} LIMIT {MAX_OF_A_KIND}", parameters).fetchall()
    if len(rows) < MAX_OF_A_KIND:
        return rows, 0
    count = connection.execute(f"SELECT count(*) FROM ({statement})", parameters).fetchone()[0]
    return rows, int(count) - len(rows)
