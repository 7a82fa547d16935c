"""The frame of the window: menu bar, tool bar, the panes or the start page, status bar. It decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QHideEvent, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QMainWindow,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from app.commands import ACTIONS, ActionId
from app.look.look import Look
from app.look.tokens import tokens
from app.menus import (
    HEADER_MENU,
    LIBRARY_MENU,
    LIST_MENU,
    RECENT_TITLE,
    SESSION_MENU,
    TOOL_BAR_LEFT,
    TOOL_BAR_RIGHT,
    TOOL_BAR_WORDS,
    VIEWS_MENU,
    Menu,
    MenuPart,
)
from app.views.actions import Actions
from app.views.band import Band
from app.views.error_panel import ErrorPanel
from app.views.library_view import LibraryView
from app.views.menu_key import MenuKey
from app.views.panes import Panes
from app.views.progress_panel import ProgressPanel
from app.views.roles import install_roles
from app.views.start_page import StartPage
from app.views.status_bar import StatusBar
from app.views.word_button import WordButton


class MainWindow(QMainWindow):
    """Holds the parts and shows one of three faces: start page, opening, panes.

    Attributes:
        actions_of: the QActions.
        start_page, progress_panel, panes, error_panel, band, status: its parts.
        store_band: above the list, what is to be known of the store.
        changes_band: above all of it, what became of changes that were cut off.
        recent_menu: filled by whoever knows the recent places.

    Signals:
        paths_dropped (tuple of str): local paths were dropped on the window.
        seen (bool): the window became visible, or hidden or minimised.
        closing: a person closes the window; it closes after all receivers were called.
    """

    paths_dropped = Signal(object)
    seen = Signal(bool)
    closing = Signal()

    def __init__(self, look: Look, library: LibraryView, sessions: QWidget) -> None:
        super().__init__()
        install_roles()
        self.setWindowTitle("Burrow")
        self.setAcceptDrops(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.actions_of = Actions(self, look)
        MenuKey(self)
        self.recent_menu = QMenu(RECENT_TITLE, self)
        self.actions_of.fill_menu_bar(self.menuBar(), self.recent_menu)
        self._tool_bar = self._make_tool_bar(look)
        self._library = library
        self._sessions = sessions
        self.error_panel = ErrorPanel(look)
        self.band, self.store_band, self.changes_band = Band(look), Band(look), Band(look)
        self.changes_band.say("")
        self.page_place = self._make_page_place()
        self.panes = Panes(look, library, self._make_middle(), self.page_place)
        self.start_page = StartPage(look)
        self.progress_panel = ProgressPanel(look)
        self.status = StatusBar(look)
        self._faces = QStackedWidget(self)
        for face in (self.start_page, self.progress_panel, self.panes):
            self._faces.addWidget(face)
        centre = QWidget(self)
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.changes_band)
        column.addWidget(self._faces, 1)
        column.addWidget(self.status)
        self.setCentralWidget(centre)
        library.menu_asked.connect(self.show_library_menu)
        library.views_menu_asked.connect(self.show_views_menu)
        self._size_bars(look)

    def _make_tool_bar(self, look: Look) -> QToolBar:
        bar = QToolBar("Tools", self)
        self._tool_buttons: list[QWidget] = []
        self._word_buttons: list[WordButton] = []
        bar.setMovable(False)
        bar.setFloatable(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        space = QWidget(bar)
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        for name in TOOL_BAR_LEFT:
            bar.addAction(self.actions_of.by_id[name])
        bar.addWidget(space)
        for name in TOOL_BAR_RIGHT:
            action = self.actions_of.by_id[name]
            if name in TOOL_BAR_WORDS:
                self._word_buttons.append(WordButton(look, action, ACTIONS[name].icon, bar))
                bar.addWidget(self._word_buttons[-1])
            else:
                bar.addAction(action)
        for action in bar.actions():
            button = bar.widgetForAction(action)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus if button is space else Qt.FocusPolicy.TabFocus)
            if button is not space and button not in self._word_buttons:
                button.setAccessibleName(action.toolTip())
                self._tool_buttons.append(button)
        self.addToolBar(bar)
        return bar

    def _make_middle(self) -> QWidget:
        middle = QWidget(self)
        self._middle_stack = QStackedWidget(middle)
        self._middle_stack.addWidget(self._sessions)
        self._middle_stack.addWidget(self.error_panel)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.store_band)
        column.addWidget(self._middle_stack, 1)
        column.addWidget(self.band)
        for band in (self.band, self.store_band):
            band.say("")
        middle.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        middle.customContextMenuRequested.connect(lambda at: self.pop_up(LIST_MENU, middle.mapToGlobal(at)))
        return middle

    def _make_page_place(self) -> QWidget:
        place = QWidget(self)
        place.setBackgroundRole(QPalette.ColorRole.Base)
        place.setAutoFillBackground(True)
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        place.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        place.customContextMenuRequested.connect(lambda at: self.pop_up(SESSION_MENU, place.mapToGlobal(at)))
        return place

    def put_page(self, page: QWidget) -> None:
        """Put the session page into its place, which is empty until then."""
        self.page_place.setFocusProxy(page)
        layout = self.page_place.layout()
        if layout is not None:
            layout.addWidget(page)

    def set_look(self, look: Look) -> None:
        """Draw the frame's own parts with another look; other parts follow their controllers."""
        self.actions_of.set_look(look)
        bands = (self.band, self.store_band, self.changes_band)
        for part in (self.start_page, self.progress_panel, self.error_panel, *bands, self._library, self.status):
            part.set_look(look)
        self._size_bars(look)
        self.panes.set_look(look)

    def _size_bars(self, look: Look) -> None:
        self.menuBar().setFixedHeight(look.px(tokens()["height"]["menu_bar"]))
        self._tool_bar.setFixedHeight(look.px(tokens()["height"]["tool_bar"]))
        self._tool_bar.setIconSize(QSize(look.px(16), look.px(16)))
        side = look.px(tokens()["height"]["control"])
        for button in self._tool_buttons:
            button.setFixedSize(side, side)
        for word_button in self._word_buttons:
            word_button.set_look(look)

    def show_start(self) -> None:
        """Show the start page."""
        self._faces.setCurrentWidget(self.start_page)

    def show_opening(self) -> None:
        """Show an empty page on which progress appears when it takes long."""
        self.progress_panel.say_nothing()
        self._faces.setCurrentWidget(self.progress_panel)

    def show_panes(self) -> None:
        """Show the three panes."""
        self._faces.setCurrentWidget(self.panes)

    @property
    def has_panes(self) -> bool:
        """Whether the three panes are shown."""
        return self._faces.currentWidget() is self.panes

    @property
    def has_start(self) -> bool:
        """Whether the start page is shown."""
        return self._faces.currentWidget() is self.start_page

    def show_sessions(self) -> None:
        """Show the list of sessions in the middle."""
        self._middle_stack.setCurrentWidget(self._sessions)

    def show_error(self) -> None:
        """Show the error panel in the middle."""
        self._middle_stack.setCurrentWidget(self.error_panel)

    def focus_middle(self) -> None:
        """Give the keyboard to what is in the middle."""
        is_error = self._middle_stack.currentWidget() is self.error_panel
        (self.error_panel if is_error else self._sessions).setFocus()

    # Qt overrides

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders of this computer."""
        if _local_paths(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Say what was dropped."""
        paths = _local_paths(event.mimeData())
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.paths_dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell before closing."""
        self.closing.emit()
        event.accept()

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that the window is seen."""
        super().showEvent(event)
        self.seen.emit(not self.isMinimized())

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that the window is not seen."""
        super().hideEvent(event)
        self.seen.emit(False)

    def changeEvent(self, event: QEvent) -> None:
        """Tell when the window is minimised or comes back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.seen.emit(self.isVisible() and not self.isMinimized())

    @Slot(object)
    def show_library_menu(self, at: QPoint) -> None:
        """Pop up the context menu of the library."""
        self.pop_up(LIBRARY_MENU, at)

    @Slot(object)
    def show_views_menu(self, at: QPoint) -> None:
        """Pop up the context menu of saved views and facets."""
        self.pop_up(VIEWS_MENU, at)

    @Slot(object)
    def show_session_menu(self, at: QPoint) -> None:
        """Pop up the context menu of the chosen session."""
        self.pop_up(SESSION_MENU, at)

    @Slot(object)
    def show_header_menu(self, at: QPoint) -> None:
        """Pop up the columns and orders of the list."""
        self.pop_up(HEADER_MENU, at)

    def pop_up(self, entries: tuple[ActionId | MenuPart | Menu, ...], at: QPoint) -> None:
        """Pop up a menu of actions."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.actions_of.fill(menu, entries)
        menu.popup(at)


def _local_paths(mime: QMimeData) -> tuple[str, ...]:
    """Paths of this computer in what is being dragged; anything else is not ours to fetch."""
    return tuple(url.toLocalFile() for url in mime.urls() if url.isLocalFile() and url.toLocalFile())
