"""One row of the library pane below its tree: a saved view or a value of a facet. A value; knows no widget."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaneRow:
    """What one row shows; all text is made when the row is.

    Attributes:
        text: on one line.
        count_text: sessions, "" when not counted yet.
        icon: name of an icon, "" for a row with a box or for one without a sign.
        is_chosen: whether the box is checked; None for a row without a box.
        is_recorded: False where `text` stands for a value that is not recorded, or leads to more.
        tool_tip: all of the text.
        accessible_text: text, state and count in words.
    """

    text: str
    count_text: str
    icon: str
    is_chosen: bool | None
    is_recorded: bool
    tool_tip: str
    accessible_text: str
