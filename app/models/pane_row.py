"""One row of the library pane below its tree: a saved view or a value of a facet. A value; knows no widget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt

from app.models import roles


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

    def told(self, role: int) -> Any:
        """What a model answers for the row; None for a role that it has nothing for."""
        if role == roles.ROW:
            return self
        if role == roles.DISPLAY:
            return self.text
        if role == roles.TOOL_TIP:
            return self.tool_tip
        if role == roles.CHECK_STATE and self.is_chosen is not None:
            return Qt.CheckState.Checked if self.is_chosen else Qt.CheckState.Unchecked
        return self.accessible_text if role == roles.ACCESSIBLE_TEXT else None
