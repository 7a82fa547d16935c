"""Every action of the window: its words, shortcut and place in the menus, and which are possible now. No Qt objects.

The registry is the one place where a shortcut or a menu is written down. QActions are made from it once and shared by
menu bar, tool bar and context menus.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from store.values.session import SortKey


class ActionId(StrEnum):
    """Names of the actions."""

    OPEN = "open"
    OPEN_FOLDER = "open-folder"
    OPEN_DEMO = "open-demo"
    QUIT = "quit"
    COPY = "copy"
    COPY_MARKDOWN = "copy-markdown"
    COPY_SESSION_ID = "copy-session-id"
    COPY_SESSION_TITLE = "copy-session-title"
    SELECT_ALL = "select-all"
    SHOW_LIBRARY = "show-library"
    SHOW_PAGE = "show-page"
    RELOAD = "reload"
    SORT_UPDATED = "sort-updated"
    SORT_CREATED = "sort-created"
    SORT_MESSAGES = "sort-messages"
    SORT_TOKENS = "sort-tokens"
    SORT_SIZE = "sort-size"
    SORT_ID = "sort-id"
    SORT_DESCENDING = "sort-descending"
    THEME_SYSTEM = "theme-system"
    THEME_LIGHT = "theme-light"
    THEME_DARK = "theme-dark"
    ZOOM_IN = "zoom-in"
    ZOOM_OUT = "zoom-out"
    ZOOM_RESET = "zoom-reset"
    NEXT_MESSAGE = "next-message"
    PREVIOUS_MESSAGE = "previous-message"
    NEXT_PROMPT = "next-prompt"
    PREVIOUS_PROMPT = "previous-prompt"
    TOGGLE_RAW = "toggle-raw"
    NEXT_PANE = "next-pane"
    PREVIOUS_PANE = "previous-pane"
    COPY_LOG_PATH = "copy-log-path"
    CANCEL = "cancel"


class Need(Enum):
    """What must be there for an action to be possible."""

    NOTHING = "nothing"
    STORE = "store"
    SESSION = "session"
    PANES = "panes"
    BUSY = "busy"
    SMALLER_ZOOM = "smaller-zoom"
    LARGER_ZOOM = "larger-zoom"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action.

    Attributes:
        text: for menus, with its mnemonic.
        tip: for tool tip and screen readers, without the shortcut.
        shortcuts: portable key sequences; the first one is shown.
        icon: name in resources/icons, or empty.
        need: what must be there.
        is_checkable: a switch.
        group: checkable actions of one group exclude each other; empty for none.
    """

    text: str
    tip: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    need: Need = Need.NOTHING
    is_checkable: bool = False
    group: str = ""


_PANES, _SESSION = Need.PANES, Need.SESSION


def _sort(text: str, what: str) -> ActionSpec:
    return ActionSpec(text, f"Sort the sessions by {what}", (), "", Need.STORE, is_checkable=True, group="sort")


ACTIONS: dict[ActionId, ActionSpec] = {
    ActionId.OPEN: ActionSpec("&Open…", "Open a store or session file", ("Ctrl+O",), "folder-open"),
    ActionId.OPEN_FOLDER: ActionSpec("Open &Folder…", "Open the stores in a folder", ("Ctrl+Shift+O",)),
    ActionId.OPEN_DEMO: ActionSpec("Open &Demo Library", "Open the demo library", (), "book-open"),
    ActionId.QUIT: ActionSpec("&Quit", "Quit Burrow", ("Ctrl+Q",)),
    ActionId.COPY: ActionSpec("&Copy", "Copy the selected text", ("Ctrl+C",), "copy", _SESSION),
    ActionId.COPY_MARKDOWN: ActionSpec("Copy as &Markdown", "Copy as Markdown", ("Ctrl+Shift+C",), "", _SESSION),
    ActionId.COPY_SESSION_ID: ActionSpec("Copy Session &Id", "Copy the id of the session", (), "", _SESSION),
    ActionId.COPY_SESSION_TITLE: ActionSpec("Copy Session &Title", "Copy the title of the session", (), "", _SESSION),
    ActionId.SELECT_ALL: ActionSpec("Select &All", "Select the whole transcript", ("Ctrl+A",), "", _SESSION),
    ActionId.SHOW_LIBRARY: ActionSpec(
        "&Library", "Show or hide the library", ("F9",), "panel-left", _PANES, is_checkable=True
    ),
    ActionId.SHOW_PAGE: ActionSpec(
        "&Session Page", "Show or hide the session page", ("Shift+F9",), "panel-right", _PANES, is_checkable=True
    ),
    ActionId.RELOAD: ActionSpec("&Reload", "Read the store again", ("F5",), "refresh-cw", Need.STORE),
    ActionId.SORT_UPDATED: _sort("&Updated", "their last change"),
    ActionId.SORT_CREATED: _sort("&Created", "their beginning"),
    ActionId.SORT_MESSAGES: _sort("&Messages", "their number of messages"),
    ActionId.SORT_TOKENS: _sort("&Tokens", "their tokens"),
    ActionId.SORT_SIZE: _sort("&Size", "their stored size"),
    ActionId.SORT_ID: _sort("&Id", "their ids"),
    ActionId.SORT_DESCENDING: ActionSpec(
        "&Descending", "Newest or largest first", (), "", Need.STORE, is_checkable=True
    ),
    ActionId.THEME_SYSTEM: ActionSpec(
        "Like the &System", "Follow the system", (), "", is_checkable=True, group="theme"
    ),
    ActionId.THEME_LIGHT: ActionSpec("&Light", "Always light", (), "", is_checkable=True, group="theme"),
    ActionId.THEME_DARK: ActionSpec("&Dark", "Always dark", (), "", is_checkable=True, group="theme"),
    ActionId.ZOOM_IN: ActionSpec("Zoom &In", "Larger", ("Ctrl++", "Ctrl+="), "", Need.SMALLER_ZOOM),
    ActionId.ZOOM_OUT: ActionSpec("Zoom &Out", "Smaller", ("Ctrl+-",), "", Need.LARGER_ZOOM),
    ActionId.ZOOM_RESET: ActionSpec("&Actual Size", "100 %", ("Ctrl+0",)),
    ActionId.NEXT_MESSAGE: ActionSpec("&Next Message", "To the next message", ("J",), "", _SESSION),
    ActionId.PREVIOUS_MESSAGE: ActionSpec("&Previous Message", "To the previous message", ("K",), "", _SESSION),
    ActionId.NEXT_PROMPT: ActionSpec("Next P&rompt", "To the next prompt", ("N",), "", _SESSION),
    ActionId.PREVIOUS_PROMPT: ActionSpec("Previous Pr&ompt", "To the previous prompt", ("P",), "", _SESSION),
    ActionId.TOGGLE_RAW: ActionSpec("Ra&w Message", "The stored bytes of the message", ("R",), "code", _SESSION),
    ActionId.NEXT_PANE: ActionSpec("Next P&ane", "To the next pane", ("F6",), "", _PANES),
    ActionId.PREVIOUS_PANE: ActionSpec("Previous Pan&e", "To the previous pane", ("Shift+F6",), "", _PANES),
    ActionId.COPY_LOG_PATH: ActionSpec("Copy Path of the &Log File", "Copy where the log file is"),
    ActionId.CANCEL: ActionSpec("Cancel", "Cancel what is being read", ("Esc",), "x", Need.BUSY),
}


SORT_KEYS: dict[ActionId, SortKey] = {
    ActionId.SORT_UPDATED: SortKey.UPDATED,
    ActionId.SORT_CREATED: SortKey.CREATED,
    ActionId.SORT_MESSAGES: SortKey.MESSAGES,
    ActionId.SORT_TOKENS: SortKey.TOKENS,
    ActionId.SORT_SIZE: SortKey.SIZE,
    ActionId.SORT_ID: SortKey.ID,
}
"""What each order sorts by: everything that the file itself stores, also where its column is not seen."""


class MenuPart(Enum):
    """What stands in a menu besides actions."""

    SEPARATOR = "separator"
    RECENT = "recent"


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu; entries from top to bottom."""

    title: str
    entries: tuple[ActionId | MenuPart | Menu, ...]


_SEPARATOR = MenuPart.SEPARATOR

SORT_MENU = Menu("Sort &by", (*SORT_KEYS, _SEPARATOR, ActionId.SORT_DESCENDING))
"""Also the context menu of the list's header."""

MENUS: tuple[Menu, ...] = (
    Menu(
        "&File",
        (
            ActionId.OPEN,
            ActionId.OPEN_FOLDER,
            MenuPart.RECENT,
            ActionId.OPEN_DEMO,
            _SEPARATOR,
            ActionId.QUIT,
        ),
    ),
    Menu(
        "&Edit",
        (
            ActionId.COPY,
            ActionId.COPY_MARKDOWN,
            ActionId.COPY_SESSION_ID,
            ActionId.COPY_SESSION_TITLE,
            _SEPARATOR,
            ActionId.SELECT_ALL,
        ),
    ),
    Menu(
        "&View",
        (
            ActionId.SHOW_LIBRARY,
            ActionId.SHOW_PAGE,
            _SEPARATOR,
            ActionId.RELOAD,
            SORT_MENU,
            _SEPARATOR,
            Menu("&Theme", (ActionId.THEME_SYSTEM, ActionId.THEME_LIGHT, ActionId.THEME_DARK)),
            ActionId.ZOOM_IN,
            ActionId.ZOOM_OUT,
            ActionId.ZOOM_RESET,
        ),
    ),
    Menu(
        "&Go",
        (
            ActionId.NEXT_MESSAGE,
            ActionId.PREVIOUS_MESSAGE,
            ActionId.NEXT_PROMPT,
            ActionId.PREVIOUS_PROMPT,
            _SEPARATOR,
            ActionId.TOGGLE_RAW,
            _SEPARATOR,
            ActionId.NEXT_PANE,
            ActionId.PREVIOUS_PANE,
        ),
    ),
    Menu("&Help", (ActionId.COPY_LOG_PATH,)),
)

LIBRARY_MENU: tuple[ActionId | MenuPart, ...] = (ActionId.RELOAD, _SEPARATOR, ActionId.OPEN, ActionId.OPEN_FOLDER)
"""The context menu of the library."""

SESSION_MENU: tuple[ActionId | MenuPart, ...] = (
    ActionId.COPY_SESSION_ID,
    ActionId.COPY_SESSION_TITLE,
    _SEPARATOR,
    ActionId.RELOAD,
)
"""The context menu of a row in the list of sessions."""

TOOL_BAR_LEFT: tuple[ActionId, ...] = (ActionId.SHOW_LIBRARY, ActionId.OPEN, ActionId.RELOAD)
TOOL_BAR_RIGHT: tuple[ActionId, ...] = (ActionId.SHOW_PAGE,)


@dataclass(frozen=True, slots=True)
class ShellState:
    """What the window knows that decides what is possible.

    Attributes:
        has_panes: the three panes are shown, not the start page.
        has_store: a store is chosen, readable or not.
        has_session: a session is shown.
        is_busy: something runs long enough to be cancelled.
        zoom_percent: 80 to 200.
    """

    has_panes: bool = False
    has_store: bool = False
    has_session: bool = False
    is_busy: bool = False
    zoom_percent: int = 100


def enabled_actions(state: ShellState) -> frozenset[ActionId]:
    """Which actions are possible in this state."""
    there = {
        Need.NOTHING: True,
        Need.PANES: state.has_panes,
        Need.STORE: state.has_store,
        Need.SESSION: state.has_session,
        Need.BUSY: state.is_busy,
        Need.SMALLER_ZOOM: state.zoom_percent < 200,
        Need.LARGER_ZOOM: state.zoom_percent > 80,
    }
    return frozenset(name for name, spec in ACTIONS.items() if there[spec.need])
