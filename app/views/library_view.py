"""The library pane: stores, saved views and facets, one below the other in one scrolling column. GUI thread only."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFocusEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.models.library_model import LibraryModel
from app.models.views_model import ViewsModel
from app.views.day_bars import DayBars
from app.views.facet_section import FacetSection
from app.views.library_tree import LibraryTree
from app.views.pane_list import PaneList
from app.views.section_head import SectionHead
from store.values.listing import Choice, Counts, Facet, FacetValue, View
from store.values.store import StoreKey, StoreKind

VIEWS_SECTION = "views"
"""Name of the section of saved views, where it is remembered which are folded; facets and kinds have their own."""


class LibraryView(QWidget):
    """The pane.

    Attributes:
        tree: stores.
        views: saved views; of both together one row is selected.
        facets: sections by facet.

    Signals:
        picked (StoreKey, StoreKind or View): a person or the program chose another row.
        facet_chosen (Facet, frozenset of str): these values of a facet and no others are wanted.
        folded (tuple of str): names of all sections and kinds that are folded now.
        open_asked: the plus at the section's head.
        menu_asked (QPoint, global): the context menu of the stores is wanted.
        views_menu_asked (QPoint, global): that of views and facets is.
    """

    picked = Signal(object)
    facet_chosen = Signal(object, object)
    folded = Signal(object)
    open_asked = Signal()
    menu_asked = Signal(object)
    views_menu_asked = Signal(object)

    def __init__(self, look: Look, model: LibraryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("library")
        self._model, self._views_model = model, ViewsModel(self)
        self._closed: frozenset[str] = frozenset()
        self._is_placing = False
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._content = QWidget(self._scroll)
        self._scroll.setWidget(self._content)
        # Tab goes through the parts in the order in which they are made.
        self._head, self._plus = QLabel("Stores", self._content), QToolButton(self._content)
        self.tree = LibraryTree(look, self._content)
        self.tree.setModel(model)
        self._views_head = SectionHead(look, "Views", self._content)
        self.views = PaneList(look, self._views_model, "Views", self._content, is_choice=True)
        self.facets = {facet: FacetSection(look, facet, self._content) for facet in Facet}
        self._chosen_in: LibraryTree | PaneList = self.tree
        self._make_column()
        self._connect()
        self.set_look(look)

    def _make_column(self) -> None:
        self._plus.setToolTip("Open a store")
        self._plus.setAccessibleName("Open a store")
        self._head_row = QHBoxLayout()
        self._head_row.addWidget(self._head, 1)
        self._head_row.addWidget(self._plus)
        self._column = QVBoxLayout(self._content)
        self._column.setSpacing(0)
        self._column.addLayout(self._head_row)
        for part in (self.tree, self._views_head, self.views, *self.facets.values()):
            self._column.addWidget(part)
        self._column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)

    def _connect(self) -> None:
        self._plus.clicked.connect(self.open_asked)
        self.tree.selectionModel().selectionChanged.connect(self._on_tree_selected)
        self.views.selectionModel().selectionChanged.connect(self._on_view_selected)
        self.tree.customContextMenuRequested.connect(self._on_menu_requested)
        self._model.modelReset.connect(self._on_model_reset)
        self.tree.expanded.connect(self._on_folds_changed)
        self.tree.collapsed.connect(self._on_folds_changed)
        self._views_head.folded.connect(self._on_folds_changed)
        self._views_head.folded.connect(self.views.setHidden)
        bodies: list[LibraryTree | PaneList | DayBars] = [self.tree, self.views]
        for section in self.facets.values():
            section.head.folded.connect(self._on_folds_changed)
            section.chosen.connect(self._on_facet_chosen)
            bodies.append(section.body)
        for body in bodies:
            body.reached.connect(self._reveal)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._head.setFont(look.font(TypeUse.SMALL_STRONG))
        self._plus.setIcon(look.icon("plus", "text_2"))
        self._plus.setIconSize(QSize(look.px(16), look.px(16)))
        self._plus.setFixedSize(look.px(26), look.px(26))
        self._head_row.setContentsMargins(look.px(12), 0, look.px(6), 0)
        self._column.setContentsMargins(0, look.px(6), 0, look.px(12))
        parts: list[LibraryTree | SectionHead | PaneList | FacetSection]
        parts = [self.tree, self._views_head, self.views, *self.facets.values()]
        for part in parts:
            part.set_look(look)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the keyboard on to where something is chosen. A focus proxy would be where Tab comes in as well."""
        self._chosen_in.setFocus(event.reason())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of what has none of its own; Qt's name."""
        self.views_menu_asked.emit(event.globalPos())

    def choose(self, pick: StoreKey | StoreKind | View) -> None:
        """Select a store, a kind or a saved view, which announces it if it was not selected."""
        is_view = isinstance(pick, View)
        index = self._views_model.index_of(pick) if isinstance(pick, View) else self._model.index_of(pick)
        if index.isValid():
            selection = (self.views if is_view else self.tree).selectionModel()
            selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def show_views(self, counts: Mapping[View, int]) -> None:
        """Show how many sessions each saved view has."""
        self._views_model.show(counts)

    def show_facets(self, counts: Counts) -> None:
        """Show the values of the facets."""
        progress = f"{counts.known:,} of {counts.total:,}" if counts.known < counts.total else ""
        for facet, section in self.facets.items():
            values: tuple[FacetValue, ...] = counts.facets.get(facet, ())
            section.show_values(values, max(counts.value_counts.get(facet, 0), len(values)), progress)

    def show_choices(self, choices: frozenset[Choice]) -> None:
        """Show which values of the facets are chosen."""
        for facet, section in self.facets.items():
            section.show_chosen(frozenset(choice.value for choice in choices if choice.facet is facet))

    def set_folded(self, names: tuple[str, ...]) -> None:
        """Fold sections and kinds as they are remembered."""
        self._closed = frozenset(names)
        self._is_placing = True
        self._views_head.set_open(VIEWS_SECTION not in self._closed)
        for facet, section in self.facets.items():
            section.head.set_open(facet.value not in self._closed)
        self._is_placing = False
        self._on_model_reset()

    @Slot()
    def _on_model_reset(self) -> None:
        self._is_placing = True
        for row in range(self._model.rowCount()):
            index = self._model.index(row, 0)
            self.tree.setExpanded(index, self._name_of_kind(row) not in self._closed)
        self._is_placing = False
        self.tree.fit()

    def _name_of_kind(self, row: int) -> str:
        kind = self._model.pick_at(self._model.index(row, 0))
        return kind.value if isinstance(kind, StoreKind) else ""

    @Slot()
    def _on_folds_changed(self) -> None:
        if self._is_placing:
            return
        rows = range(self._model.rowCount())
        kinds = {self._name_of_kind(row): self.tree.isExpanded(self._model.index(row, 0)) for row in rows}
        heads = {facet.value: section.head.is_open for facet, section in self.facets.items()}
        heads[VIEWS_SECTION] = self._views_head.is_open
        now = {**kinds, **heads}
        # A kind that is not here at the moment stays as it was left.
        self._closed = frozenset({name for name in self._closed if now.get(name) is not True}) | {
            name for name, is_open in now.items() if not is_open
        }
        self.folded.emit(tuple(sorted(self._closed)))

    @Slot(QItemSelection, QItemSelection)
    def _on_tree_selected(self, selected: QItemSelection, _before: QItemSelection) -> None:
        for index in selected.indexes():
            pick = self._model.pick_at(index)
            if pick is not None:
                self.views.clearSelection()
                self._chosen_in = self.tree
                self.picked.emit(pick)

    @Slot(QItemSelection, QItemSelection)
    def _on_view_selected(self, selected: QItemSelection, _before: QItemSelection) -> None:
        for index in selected.indexes():
            self.tree.clearSelection()
            self._chosen_in = self.views
            self.picked.emit(self._views_model.view_at(index.row()))

    @Slot(object)
    def _on_facet_chosen(self, values: frozenset[str]) -> None:
        section = self.sender()
        if isinstance(section, FacetSection):
            self.facet_chosen.emit(section.facet, values)

    @Slot(object)
    def _reveal(self, rect: QRect) -> None:
        body = self.sender()
        if isinstance(body, QWidget):
            middle = body.mapTo(self._content, rect.center())
            self._scroll.ensureVisible(middle.x(), middle.y(), 0, rect.height())

    @Slot(QPoint)
    def _on_menu_requested(self, at: QPoint) -> None:
        self.menu_asked.emit(self.tree.viewport().mapToGlobal(at))
