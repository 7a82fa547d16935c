"""Where actions stand: menu bar, context menus and tool bar, by the names of the registry. No Qt objects."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.commands import GROUPINGS, SORT_KEYS, VIEWS, ActionId


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
RECENT_TITLE = "Open &Recent"
"""Of the menu of recent places, which is filled while the program runs."""

SORT_MENU = Menu("Sort &by", (*SORT_KEYS, _SEPARATOR, ActionId.SORT_DESCENDING))
GROUP_MENU = Menu("&Group by", tuple(GROUPINGS))
COLUMNS_MENU = Menu(
    "Colum&ns",
    (
        ActionId.COLUMN_STORE,
        ActionId.COLUMN_STATE,
        ActionId.COLUMN_MODEL,
        ActionId.COLUMN_MESSAGES,
        ActionId.COLUMN_TOKENS,
        ActionId.COLUMN_SIZE,
        ActionId.COLUMN_CREATED,
        ActionId.COLUMN_UPDATED,
        ActionId.COLUMN_DURATION,
        ActionId.COLUMN_LABELS,
        _SEPARATOR,
        ActionId.RESET_COLUMNS,
    ),
)
HEADER_MENU: tuple[ActionId | MenuPart | Menu, ...] = (*COLUMNS_MENU.entries, _SEPARATOR, SORT_MENU, GROUP_MENU)
"""The context menu of the list's header."""

KIND_MENU = Menu(
    "S&how",
    (
        ActionId.KIND_ALL,
        ActionId.KIND_YOU,
        ActionId.KIND_ASSISTANT,
        ActionId.KIND_TOOLS,
        ActionId.KIND_REASONING,
        ActionId.KIND_ERRORS,
    ),
)

CHANGE_ENTRIES: tuple[ActionId | MenuPart, ...] = (
    ActionId.ARCHIVE,
    ActionId.RESTORE,
    ActionId.HIDE,
    ActionId.UNHIDE,
    ActionId.LABELS,
    _SEPARATOR,
    ActionId.DELETE,
    _SEPARATOR,
    ActionId.COPY_TO_WORKING_STORE,
)
"""What changes sessions, or copies them to where they can be changed."""

MENUS: tuple[Menu, ...] = (
    Menu(
        "&File",
        (
            ActionId.OPEN,
            ActionId.OPEN_FOLDER,
            MenuPart.RECENT,
            ActionId.OPEN_DEMO,
            ActionId.ADD_PLACE,
            _SEPARATOR,
            ActionId.SHOW_IN_FOLDER,
            ActionId.CLOSE_STORE,
            _SEPARATOR,
            ActionId.PREFERENCES,
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
            ActionId.COPY_STORE_PATH,
            _SEPARATOR,
            ActionId.SELECT_ALL,
            _SEPARATOR,
            ActionId.FIND,
            ActionId.FIND_NEXT,
            ActionId.FIND_PREVIOUS,
            _SEPARATOR,
            ActionId.FILTER_SESSIONS,
            ActionId.CLEAR_FILTERS,
        ),
    ),
    Menu(
        "&View",
        (
            ActionId.SHOW_LIBRARY,
            ActionId.SHOW_PAGE,
            _SEPARATOR,
            ActionId.RELOAD,
            Menu("Saved &Views", tuple(VIEWS)),
            SORT_MENU,
            GROUP_MENU,
            COLUMNS_MENU,
            _SEPARATOR,
            Menu("&Density", (ActionId.DENSITY_COMPACT, ActionId.DENSITY_COMFORTABLE, ActionId.DENSITY_SPACIOUS)),
            Menu("&Theme", (ActionId.THEME_SYSTEM, ActionId.THEME_LIGHT, ActionId.THEME_DARK)),
            ActionId.ZOOM_IN,
            ActionId.ZOOM_OUT,
            ActionId.ZOOM_RESET,
            ActionId.TIMES_UTC,
        ),
    ),
    Menu(
        "&Session",
        (
            ActionId.PIN,
            ActionId.RENAME,
            ActionId.NOTE,
            _SEPARATOR,
            *CHANGE_ENTRIES,
            _SEPARATOR,
            KIND_MENU,
            ActionId.PROMPTS_AND_ANSWERS,
            ActionId.FOLD_ALL,
            ActionId.UNFOLD_ALL,
            ActionId.TOGGLE_RAW,
        ),
    ),
    Menu(
        "&Go",
        (
            ActionId.NEXT_MESSAGE,
            ActionId.PREVIOUS_MESSAGE,
            ActionId.NEXT_PROMPT,
            ActionId.PREVIOUS_PROMPT,
            ActionId.NEXT_ERROR,
            ActionId.PREVIOUS_ERROR,
            ActionId.NEXT_OF_KIND,
            ActionId.PREVIOUS_OF_KIND,
            _SEPARATOR,
            ActionId.NEXT_PANE,
            ActionId.PREVIOUS_PANE,
        ),
    ),
    Menu("&Tools", (ActionId.CHANGES, _SEPARATOR, ActionId.CHECK_STORE)),
    Menu(
        "&Help",
        (
            ActionId.PALETTE,
            ActionId.SHORTCUTS,
            _SEPARATOR,
            ActionId.COPY_DIAGNOSTICS,
            ActionId.COPY_LOG_PATH,
            _SEPARATOR,
            ActionId.ABOUT,
        ),
    ),
)

LIST_MENU: tuple[ActionId | MenuPart | Menu, ...] = (
    SORT_MENU,
    GROUP_MENU,
    COLUMNS_MENU,
    _SEPARATOR,
    ActionId.FILTER_SESSIONS,
    ActionId.CLEAR_FILTERS,
    _SEPARATOR,
    ActionId.RELOAD,
)
"""The menu of the last button above the list of sessions, and of what stands around its rows."""

MESSAGE_MENU: tuple[ActionId | MenuPart | Menu, ...] = (
    _SEPARATOR,
    ActionId.FIND,
    KIND_MENU,
    ActionId.PROMPTS_AND_ANSWERS,
    ActionId.FOLD_ALL,
    ActionId.UNFOLD_ALL,
)
"""What stands in the context menu of a message after what concerns this message."""

VIEWS_MENU: tuple[ActionId | MenuPart, ...] = (*VIEWS, _SEPARATOR, ActionId.CLEAR_FILTERS)
"""The context menu of saved views and facets in the library."""

LIBRARY_MENU: tuple[ActionId | MenuPart, ...] = (
    ActionId.RELOAD,
    ActionId.COPY_STORE_PATH,
    ActionId.SHOW_IN_FOLDER,
    ActionId.CHECK_STORE,
    ActionId.CLOSE_STORE,
    _SEPARATOR,
    ActionId.OPEN,
    ActionId.OPEN_FOLDER,
    ActionId.ADD_PLACE,
)
"""The context menu of the library."""

SESSION_MENU: tuple[ActionId | MenuPart, ...] = (
    ActionId.PIN,
    ActionId.RENAME,
    ActionId.NOTE,
    _SEPARATOR,
    *CHANGE_ENTRIES,
    _SEPARATOR,
    ActionId.COPY_SESSION_ID,
    ActionId.COPY_SESSION_TITLE,
    ActionId.COPY_STORE_PATH,
    ActionId.SHOW_IN_FOLDER,
    _SEPARATOR,
    ActionId.RELOAD,
)
"""The context menu of a row in the list of sessions."""

ACTIONS_MENU: tuple[ActionId | MenuPart, ...] = CHANGE_ENTRIES
"""The menu of the button in the head of a session's page."""

TOOL_BAR_LEFT: tuple[ActionId, ...] = (ActionId.SHOW_LIBRARY, ActionId.OPEN, ActionId.RELOAD)
TOOL_BAR_RIGHT: tuple[ActionId, ...] = (ActionId.CHANGES, ActionId.PREFERENCES, ActionId.SHOW_PAGE)
TOOL_BAR_WORDS: frozenset[ActionId] = frozenset({ActionId.CHANGES})
"""Buttons of the tool bar that have their word beside the icon."""
