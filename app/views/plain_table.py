"""What all tables of the window have alike: whole rows without a grid, which only look, and which Tab leaves again."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView


def make_plain(table: QTableView) -> None:
    """Make a table one of rows that are painted by its delegate."""
    rows = table.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setMinimumSectionSize(1)
    table.horizontalHeader().setAccessibleName("Columns")
    table.setShowGrid(False)
    table.setFrameShape(QFrame.Shape.NoFrame)
    table.setWordWrap(False)
    table.setCornerButtonEnabled(False)
    table.setTabKeyNavigation(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)


def keep_columns(table: QTableView) -> None:
    """Let nobody move, size or click the columns of a table that sizes them itself."""
    columns = table.horizontalHeader()
    columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    columns.setMinimumSectionSize(1)
    columns.setHighlightSections(False)
    columns.setSectionsClickable(False)
