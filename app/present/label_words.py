"""Labels of chosen sessions as rows that can be edited, and the change that comes of it. Pure, any thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.present.one_line import one_line
from app.present.summary import Sign
from store.values.changes import LabelEdit

KEPT, NEW = Sign("tag", ""), Sign("plus", "new", "ok")
CHANGED, REMOVED = Sign("diff", "changed", "accent"), Sign("minus", "removed", "error")

TIP_VALUES = 12


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label.

    Attributes:
        name: of a new one as typed.
        value: as typed; None where it is to stay, whatever it is in each session.
        values: stored values with the number of sessions that have each, most frequent first; () of a new one.
        count, total: sessions that have it, and all that are chosen.
        is_removed: it is to be taken away.
    """

    name: str
    total: int
    values: tuple[tuple[str, int], ...] = ()
    count: int = 0
    value: str | None = None
    is_removed: bool = False

    @property
    def is_new(self) -> bool:
        """No chosen session has it."""
        return not self.count

    @property
    def is_mixed(self) -> bool:
        """Sessions have different values of it."""
        return len(self.values) > 1

    @property
    def shown_value(self) -> str:
        """What stands in the column."""
        if self.value is not None:
            return self.value
        return f"{len(self.values):,} different values" if self.is_mixed else self.values[0][0] if self.values else ""

    @property
    def sign(self) -> Sign:
        """What becomes of it."""
        if self.is_removed:
            return REMOVED
        if self.is_new:
            return NEW
        return KEPT if self.value is None else CHANGED

    @property
    def where(self) -> str:
        """How many sessions have it, or what becomes of it."""
        found = "on all" if self.count == self.total else f"on {self.count:,} of {self.total:,}"
        if self.is_new or (self.total == 1 and not self.sign.word):
            return self.sign.word
        return f"{self.sign.word}, was {found}" if self.sign.word else found

    @property
    def tip(self) -> str:
        """All stored values, for the tool tip."""
        lines = [f"{one_line(value)}: {count:,} of {self.total:,}" for value, count in self.values[:TIP_VALUES]]
        more = len(self.values) - TIP_VALUES
        return "\n".join((one_line(self.name), *lines, *([f"and {more:,} more values"] if more > 0 else [])))

    def typed(self, value: str) -> LabelRow:
        """With another value; where every session has that one anyhow, it stays."""
        is_same = self.count == self.total and not self.is_mixed and self.values and self.values[0][0] == value
        return replace(self, value=None if is_same else value, is_removed=False)


def label_rows(labels: Iterable[Sequence[tuple[str, str]]], total: int) -> tuple[LabelRow, ...]:
    """Rows of all labels that some sessions have, by name.

    Args:
        labels: of each session.
    """
    found: dict[str, Counter[str]] = {}
    for pairs in labels:
        for name, value in dict(pairs).items():
            found.setdefault(name, Counter())[value] += 1
    return tuple(
        LabelRow(name, total, tuple(values.most_common()), sum(values.values()))
        for name, values in sorted(found.items(), key=lambda pair: pair[0].casefold())
    )


def label_edit(rows: Sequence[LabelRow]) -> LabelEdit:
    """The change that the rows ask for."""
    put = tuple((row.name.strip(), row.value) for row in rows if row.value is not None and not row.is_removed)
    return LabelEdit(
        tuple((name, value) for name, value in put if name),
        tuple(row.name for row in rows if row.is_removed and not row.is_new),
    )


def label_problem(rows: Sequence[LabelRow]) -> str:
    """Why the rows cannot be taken as they are; "" where they can."""
    names = Counter(row.name.strip() for row in rows)
    if any(row.is_new and not row.name.strip() and row.value for row in rows):
        return "A new label needs a name."
    double = next((name for name, count in names.items() if name and count > 1), None)
    return f"“{one_line(double, 40)}” stands here twice." if double is not None else ""
