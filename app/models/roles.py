"""Role numbers of the models, as plain integers: an enum look-up costs eight times as much in `data()`."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt

DISPLAY: Final = int(Qt.ItemDataRole.DisplayRole)
TOOL_TIP: Final = int(Qt.ItemDataRole.ToolTipRole)
CHECK_STATE: Final = int(Qt.ItemDataRole.CheckStateRole)
TEXT_ALIGNMENT: Final = int(Qt.ItemDataRole.TextAlignmentRole)
ACCESSIBLE_TEXT: Final = int(Qt.ItemDataRole.AccessibleTextRole)
ROW: Final = int(Qt.ItemDataRole.UserRole) + 1
"""The row object itself (RowText or MetadataNode), kept by identity; None while it is not loaded."""
HEADING: Final = int(Qt.ItemDataRole.UserRole) + 2
"""The heading that stands in a line of the session list; None where a row does."""

ALIGN_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
ALIGN_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
