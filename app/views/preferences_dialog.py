"""Preferences: what can be chosen, applied at once. A window of the system beside the main one. GUI thread only.

It knows no settings file: it shows values and says which one was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.look.look import Look
from app.look.look_source import ZOOM_STEPS_PERCENT
from app.look.tokens import Density, TypeUse
from app.present.one_line import as_tip
from app.settings import Settings, ThemeChoice
from app.views.choices import ChoiceBox, TickBox
from app.views.dialog_size import resize_on_screen
from app.views.labels import TextLabel
from app.views.painting import set_button_icon
from app.views.plain_rows import PlainRows

THEMES = ((ThemeChoice.SYSTEM, "Like the system"), (ThemeChoice.LIGHT, "Light"), (ThemeChoice.DARK, "Dark"))
DENSITIES = (
    (Density.COMPACT, "Compact – rows of one line"),
    (Density.COMFORTABLE, "Comfortable – rows of two lines"),
    (Density.SPACIOUS, "Spacious – larger text, more room"),
)
PATH_ROLE = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place where stores are looked for.

    Attributes:
        path: the folder, whole.
        shown: the folder as people know it.
        found: what lies there, in words.
        is_added: a person added it and may take it away again.
    """

    path: str
    shown: str
    found: str
    is_added: bool


class PreferencesDialog(QDialog):
    """Look, times and places.

    Signals:
        chosen (dict): fields of the settings and their new values.
        add_asked: a folder is to be added.
        remove_asked (str): the place with this path is to be forgotten.
        restore_asked: Restore Defaults.
    """

    chosen = Signal(object)
    add_asked = Signal()
    remove_asked = Signal(str)
    restore_asked = Signal()

    def __init__(self, look: Look, local_zone: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self._lines: tuple[PlaceLine, ...] = ()
        self._labels: list[TextLabel] = []
        self._look = look
        self._heads = [self._head("Look"), self._head("Times"), self._head("Places")]
        zooms = tuple((percent, f"{percent} %") for percent in ZOOM_STEPS_PERCENT)
        times = ((False, local_zone), (True, "UTC"))
        self.theme = ChoiceBox(look, THEMES, self)
        self.zoom = ChoiceBox(look, zooms, self)
        self.density = ChoiceBox(look, DENSITIES, self)
        self.times = ChoiceBox(look, times, self)
        self.usual = TickBox(look, "Look for stores in the &usual places at every start", self)
        self.places = self._make_places()
        self._places_label = self._label("Places &where stores are looked for", self.places, TypeUse.SMALL, "text_2")
        self.add, self.remove = QPushButton("&Add folder…", self), QPushButton("&Remove folder", self)
        self.restore, self.close_button = QPushButton("Restore &defaults", self), QPushButton("Close", self)
        self.remove.setToolTip("It is not looked through any more. What is open from it stays open.")
        self.note = TextLabel(look, TypeUse.SMALL, "text_2", self)
        self.note.setWordWrap(True)
        self.note.hide()
        self._labels.append(self.note)
        self.restore.setToolTip("Look, times and usual places as at the beginning. Folders that you added stay.")
        self._lay_out()
        self._connect()
        self.set_look(look)
        wanted = self._inside.sizeHint().height() + self._buttons.sizeHint().height() + look.px(56)
        resize_on_screen(self, look.px(560), wanted)

    def _head(self, words: str) -> TextLabel:
        label = TextLabel(self._look, TypeUse.SECTION, "text", self)
        label.setText(words)
        self._labels.append(label)
        return label

    def _label(self, words: str, buddy: QWidget, use: TypeUse = TypeUse.BODY, role: str = "text") -> TextLabel:
        label = TextLabel(self._look, use, role, self)
        label.setText(words)
        label.setBuddy(buddy)
        buddy.setAccessibleName(words.replace("&", ""))
        self._labels.append(label)
        return label

    def _make_places(self) -> QTreeWidget:
        places = QTreeWidget(self)
        places.setColumnCount(2)
        places.setHeaderHidden(True)
        places.setRootIsDecorated(False)
        places.setUniformRowHeights(True)
        self._rows = PlainRows(self._look, places)
        places.setItemDelegate(self._rows)
        places.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        places.setFrameShape(QFrame.Shape.StyledPanel)
        places.setObjectName("framed")
        places.header().setStretchLastSection(False)
        places.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        places.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        return places

    def _lay_out(self) -> None:
        self._grids = [QGridLayout(), QGridLayout()]
        rows = (("&Theme", self.theme), ("&Zoom", self.zoom), ("De&nsity", self.density))
        for row, (words, box) in enumerate(rows):
            self._grids[0].addWidget(self._label(words, box), row, 0)
            self._grids[0].addWidget(box, row, 1, Qt.AlignmentFlag.AlignLeft)
        self._grids[1].addWidget(self._label("&Show times in", self.times), 0, 0)
        self._grids[1].addWidget(self.times, 0, 1, Qt.AlignmentFlag.AlignLeft)
        self._place_buttons, self._buttons = QHBoxLayout(), QHBoxLayout()
        self._place_buttons.addWidget(self.add)
        self._place_buttons.addWidget(self.remove)
        self._place_buttons.addStretch(1)
        self._buttons.addWidget(self.restore)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.close_button)
        self._inside = QWidget(self)
        self._column = QVBoxLayout(self._inside)
        for head, grid in zip(self._heads, self._grids, strict=False):
            grid.setColumnStretch(1, 1)
            self._column.addWidget(head)
            self._column.addLayout(grid)
        self._column.addWidget(self._heads[2])
        self._column.addWidget(self.usual)
        self._column.addWidget(self._places_label)
        self._column.addWidget(self.places, 1)
        self._column.addLayout(self._place_buttons)
        self._column.addWidget(self.note)
        self._scroll = QScrollArea(self)
        self._scroll.setWidget(self._inside)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._outer.addWidget(self._scroll, 1)
        self._outer.addLayout(self._buttons)

    def _connect(self) -> None:
        self.theme.picked.connect(lambda theme: self.chosen.emit({"theme": theme}))
        self.zoom.picked.connect(lambda percent: self.chosen.emit({"zoom_percent": percent}))
        self.density.picked.connect(lambda density: self.chosen.emit({"density": density}))
        self.times.picked.connect(lambda is_utc: self.chosen.emit({"is_utc": is_utc}))
        self.usual.toggled.connect(self._on_usual)
        self.places.currentItemChanged.connect(self._on_place)
        self.add.clicked.connect(self.add_asked)
        self.remove.clicked.connect(self._on_remove)
        self.restore.clicked.connect(self.restore_asked)
        self.close_button.clicked.connect(self.close)
        for button in (self.add, self.remove, self.restore):
            button.setAutoDefault(False)
        self.close_button.setDefault(True)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        for label in self._labels:
            label.set_look(look)
        for box in (self.theme, self.zoom, self.density, self.times):
            box.set_look(look)
        self.usual.set_look(look)
        self._column.setContentsMargins(look.px(20), look.px(16), look.px(20), look.px(8))
        self._column.setSpacing(look.px(8))
        label_px = max(round(look.metrics(TypeUse.BODY).horizontalAdvance("Show times in")), 1) + look.px(16)
        for grid in self._grids:
            grid.setColumnMinimumWidth(0, label_px)
            grid.setVerticalSpacing(look.px(6))
            grid.setContentsMargins(0, 0, 0, look.px(8))
        self._place_buttons.setSpacing(look.px(8))
        self._buttons.setContentsMargins(look.px(20), look.px(8), look.px(20), look.px(16))
        self._rows.set_look(look)
        self.places.setMinimumHeight(look.px(96))
        set_button_icon(self.add, look, "plus", "text")
        self._fill()

    def show_settings(self, settings: Settings, zoom_percent: int) -> None:
        """Show what is chosen now; the zoom as it is, which the command line may have asked for."""
        self.theme.choose(settings.theme)
        self.zoom.choose(zoom_percent)
        self.density.choose(settings.density)
        self.times.choose(settings.is_utc)
        blocked = self.usual.blockSignals(True)
        self.usual.setChecked(settings.are_usual_places_searched)
        self.usual.blockSignals(blocked)
        self._fill()

    def show_places(self, lines: Sequence[PlaceLine]) -> None:
        """Show the places; the chosen one stays chosen."""
        self._lines = tuple(lines)
        self._fill()

    def say(self, words: str) -> None:
        """Say below the places what was just done with one of them; "" for nothing."""
        self.note.setText(words)
        self.note.setVisible(bool(words))

    def _fill(self) -> None:
        chosen = self._chosen_path()
        self.places.clear()
        for line in self._lines:
            is_used = line.is_added or self.usual.isChecked()
            item = QTreeWidgetItem([line.shown, line.found if is_used else "not looked at"])
            item.setData(0, PATH_ROLE, line.path)
            item.setToolTip(0, as_tip(line.path))
            item.setIcon(0, self._look.icon("folder-open" if line.is_added else "hard-drive", "text_2"))
            item.setForeground(0, self._look.colour("text" if is_used else "text_3"))
            item.setForeground(1, self._look.colour("text_2" if is_used else "text_3"))
            kind = "added folder" if line.is_added else "usual place"
            item.setData(0, int(Qt.ItemDataRole.AccessibleTextRole), f"{line.shown}, {kind}, {line.found}")
            self.places.addTopLevelItem(item)
            if line.path == chosen:
                self.places.setCurrentItem(item)
        self._on_place()

    def _chosen_path(self) -> str:
        item = self.places.currentItem()
        return str(item.data(0, PATH_ROLE)) if item is not None else ""

    def _on_place(self) -> None:
        chosen = self._chosen_path()
        self.remove.setEnabled(any(line.is_added and line.path == chosen for line in self._lines))

    def _on_remove(self) -> None:
        if chosen := self._chosen_path():
            self.remove_asked.emit(chosen)

    def _on_usual(self, is_on: bool) -> None:
        self.chosen.emit({"are_usual_places_searched": is_on})
