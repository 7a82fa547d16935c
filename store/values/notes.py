"""What a person notes of a session here: own title, note, own labels, hidden. None of it is ever written to a store.

The note is the only text of a person's own in these values; everything else of a session comes from its store.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from store.values.controls import control_picture
from store.values.session import SessionSummary, TitleSource

if TYPE_CHECKING:
    from store.values.changes import LabelEdit

MAX_TITLE_CHARS = 500
"""Of an own title, as of every title."""

MAX_NOTE_CHARS = 20_000

Labels = tuple[tuple[str, str], ...]

_SPACE = re.compile(r"\s+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Noted:
    """Everything that is noted of one session. A name never stands in both `labels_put` and `labels_removed`.

    Attributes:
        title: shown in the place of the store's; at most MAX_TITLE_CHARS, one line; None where there is none.
        note: a text of any number of lines, at most MAX_NOTE_CHARS; None where there is none.
        labels_put: own labels, in the order in which they were set; they win over the store's labels of their names.
        labels_removed: names of labels of the store that are not shown.
        is_hidden: taken out of the list, here only.
    """

    title: str | None = None
    note: str | None = None
    labels_put: Labels = ()
    labels_removed: tuple[str, ...] = ()
    is_hidden: bool = False

    @property
    def has_labels(self) -> bool:
        """Whether other labels are shown than the store's."""
        return bool(self.labels_put or self.labels_removed)

    def edited(self, edit: LabelEdit) -> Noted:
        """The same with a change of labels on top."""
        put = dict(self.labels_put) | dict(edit.put)
        removed = [name for name in self.labels_removed if name not in put]
        for name in edit.removed:
            put.pop(name, None)
            if name not in removed:
                removed.append(name)
        return replace(self, labels_put=tuple(put.items()), labels_removed=tuple(removed))

    def merged(self, labels: Sequence[tuple[str, str]]) -> Labels:
        """Labels as they are shown: the store's, in their order, without those removed, then own ones of new names."""
        put = dict(self.labels_put)
        shown = [(name, put.pop(name, value)) for name, value in labels if name not in self.labels_removed]
        return (*shown, *put.items())


NOTHING_NOTED = Noted()


def with_notes(summary: SessionSummary, noted: Noted) -> SessionSummary:
    """A row of a list with what is noted of its session."""
    changed = replace(
        summary,
        labels=noted.merged(summary.labels) if noted.has_labels else summary.labels,
        is_hidden=noted.is_hidden,
        has_note=bool(noted.note),
    )
    return changed if noted.title is None else replace(changed, title=noted.title, title_from=TitleSource.OWN)


def own_title(text: str) -> str | None:
    """A title as it is kept: one line, controls made visible, cut; None where nothing is left of it."""
    line = _CONTROLS.sub(lambda found: control_picture(found.group()) or "\ufffd", _SPACE.sub(" ", text).strip())
    return _storable(line)[:MAX_TITLE_CHARS] or None


def own_note(text: str) -> str | None:
    """A note as it is kept: without white space around it, cut; None where nothing is left of it."""
    return _storable(text.replace("\r\n", "\n").strip())[:MAX_NOTE_CHARS] or None


def _storable(text: str) -> str:
    """Without what UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode()
