"""Every action of the window: its words and shortcut, and which are possible now. No Qt objects.

The registry is the one place where a shortcut is written down; where actions stand is in app/menus.py. QActions are
made from it once and shared by menu bar, tool bar and context menus.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from store.values.listing import CatalogueKey, GroupBy, View
from store.values.session import SortKey


class ActionId(StrEnum):
    """Names of the actions."""

    OPEN = "open"
    OPEN_FOLDER = "open-folder"
    OPEN_DEMO = "open-demo"
    CLOSE_STORE = "close-store"
    ADD_PLACE = "add-place"
    PREFERENCES = "preferences"
    QUIT = "quit"
    COPY = "copy"
    COPY_MARKDOWN = "copy-markdown"
    COPY_SESSION_ID = "copy-session-id"
    COPY_SESSION_TITLE = "copy-session-title"
    COPY_STORE_PATH = "copy-store-path"
    SHOW_IN_FOLDER = "show-in-folder"
    CHECK_STORE = "check-store"
    SELECT_ALL = "select-all"
    FIND = "find"
    FIND_NEXT = "find-next"
    FIND_PREVIOUS = "find-previous"
    FILTER_SESSIONS = "filter-sessions"
    CLEAR_FILTERS = "clear-filters"
    PIN = "pin"
    ARCHIVE = "archive"
    RESTORE = "restore"
    LABELS = "labels"
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"
    COPY_TO_WORKING_STORE = "copy-to-working-store"
    RENAME = "rename"
    NOTE = "note"
    SHOW_LIBRARY = "show-library"
    SHOW_PAGE = "show-page"
    RELOAD = "reload"
    SORT_UPDATED = "sort-updated"
    SORT_CREATED = "sort-created"
    SORT_MESSAGES = "sort-messages"
    SORT_TOKENS = "sort-tokens"
    SORT_SIZE = "sort-size"
    SORT_ID = "sort-id"
    SORT_TITLE = "sort-title"
    SORT_STATE = "sort-state"
    SORT_STORE = "sort-store"
    SORT_MODEL = "sort-model"
    SORT_DURATION = "sort-duration"
    SORT_LABELS = "sort-labels"
    SORT_DESCENDING = "sort-descending"
    GROUP_NONE = "group-none"
    GROUP_DAY = "group-day"
    GROUP_STORE = "group-store"
    GROUP_MODEL = "group-model"
    COLUMN_STORE = "column-store"
    COLUMN_STATE = "column-state"
    COLUMN_MODEL = "column-model"
    COLUMN_MESSAGES = "column-messages"
    COLUMN_TOKENS = "column-tokens"
    COLUMN_SIZE = "column-size"
    COLUMN_CREATED = "column-created"
    COLUMN_UPDATED = "column-updated"
    COLUMN_DURATION = "column-duration"
    COLUMN_LABELS = "column-labels"
    RESET_COLUMNS = "reset-columns"
    VIEW_ALL = "view-all"
    VIEW_ACTIVE = "view-active"
    VIEW_RUNNING = "view-running"
    VIEW_PINNED = "view-pinned"
    VIEW_ARCHIVED = "view-archived"
    VIEW_FAULTS = "view-faults"
    DENSITY_COMPACT = "density-compact"
    DENSITY_COMFORTABLE = "density-comfortable"
    DENSITY_SPACIOUS = "density-spacious"
    TIMES_UTC = "times-utc"
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
    KIND_ALL = "kind-all"
    KIND_YOU = "kind-you"
    KIND_ASSISTANT = "kind-assistant"
    KIND_TOOLS = "kind-tools"
    KIND_REASONING = "kind-reasoning"
    KIND_ERRORS = "kind-errors"
    NEXT_OF_KIND = "next-of-kind"
    PREVIOUS_OF_KIND = "previous-of-kind"
    NEXT_ERROR = "next-error"
    PREVIOUS_ERROR = "previous-error"
    FOLD_ALL = "fold-all"
    UNFOLD_ALL = "unfold-all"
    PROMPTS_AND_ANSWERS = "prompts-and-answers"
    TOGGLE_RAW = "toggle-raw"
    NEXT_PANE = "next-pane"
    PREVIOUS_PANE = "previous-pane"
    CHANGES = "changes"
    PALETTE = "palette"
    SHORTCUTS = "shortcuts"
    ABOUT = "about"
    COPY_DIAGNOSTICS = "copy-diagnostics"
    COPY_LOG_PATH = "copy-log-path"
    CANCEL = "cancel"


class Need(Enum):
    """What must be there for an action to be possible."""

    NOTHING = "nothing"
    STORE = "store"
    PLACE = "place"
    SESSION = "session"
    PANES = "panes"
    LIST = "list"
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


_PANES, _SESSION, _LIST = Need.PANES, Need.SESSION, Need.LIST


def _switch(text: str, tip: str, need: Need, group: str = "", shortcuts: tuple[str, ...] = ()) -> ActionSpec:
    return ActionSpec(text, tip, shortcuts, "", need, is_checkable=True, group=group)


def _sort(text: str, what: str) -> ActionSpec:
    return ActionSpec(text, f"Sort the sessions by {what}", (), "", Need.LIST, is_checkable=True, group="sort")


def _column(text: str) -> ActionSpec:
    return _switch(text, f"Show or hide the column {text.replace('&', '')}", Need.LIST)


ACTIONS: dict[ActionId, ActionSpec] = {
    ActionId.OPEN: ActionSpec("&Open…", "Open a store or session file", ("Ctrl+O",), "folder-open"),
    ActionId.OPEN_FOLDER: ActionSpec("Open &Folder…", "Open the stores in a folder", ("Ctrl+Shift+O",)),
    ActionId.OPEN_DEMO: ActionSpec("Open &Demo Library", "Open the demo library", (), "book-open"),
    ActionId.CLOSE_STORE: ActionSpec("&Close Store", "Close the chosen store", ("Ctrl+W",), "x", Need.STORE),
    ActionId.ADD_PLACE: ActionSpec("&Add Folder to Library…", "Look for stores in this folder at every start"),
    ActionId.PREFERENCES: ActionSpec("&Preferences…", "Preferences", ("Ctrl+,",), "settings"),
    ActionId.QUIT: ActionSpec("&Quit", "Quit Burrow", ("Ctrl+Q",)),
    ActionId.COPY: ActionSpec("&Copy", "Copy the selected text", ("Ctrl+C",), "copy", _SESSION),
    ActionId.COPY_MARKDOWN: ActionSpec("Copy as &Markdown", "Copy as Markdown", ("Ctrl+Shift+C",), "", _SESSION),
    ActionId.COPY_SESSION_ID: ActionSpec("Copy Session &Id", "Copy the id of the session", (), "", _SESSION),
    ActionId.COPY_SESSION_TITLE: ActionSpec("Copy Session &Title", "Copy the title of the session", (), "", _SESSION),
    ActionId.COPY_STORE_PATH: ActionSpec("Copy Store Pat&h", "Copy where the store is", (), "", Need.PLACE),
    ActionId.SHOW_IN_FOLDER: ActionSpec("Show in File &Manager", "Show the store's folder", (), "", Need.PLACE),
    ActionId.CHECK_STORE: ActionSpec(
        "Chec&k Store…",
        "Prove what the store promises, and find what is lost or left over",
        (),
        "shield-check",
        Need.PLACE,
    ),
    ActionId.PIN: ActionSpec(
        "&Pin", "Keep the session in the view Pinned", ("Ctrl+D",), "pin", _SESSION, is_checkable=True
    ),
    ActionId.RENAME: ActionSpec(
        "Re&name…", "Give the session a title of your own, kept by Burrow", ("F2",), "", _SESSION
    ),
    ActionId.NOTE: ActionSpec(
        "Not&e…", "Write a note on the session, kept by Burrow", ("Shift+F2",), "file-pen", _SESSION
    ),
    ActionId.ARCHIVE: ActionSpec(
        "Ar&chive…", "Take the sessions out of the list of their agent", (), "archive", _SESSION
    ),
    ActionId.RESTORE: ActionSpec(
        "Re&store…", "Put archived sessions back into the list of their agent", (), "package-open", _SESSION
    ),
    ActionId.LABELS: ActionSpec("&Labels…", "Add, change or remove labels of the sessions", (), "tag", _SESSION),
    ActionId.HIDE: ActionSpec(
        "Hi&de Here…", "Leave the sessions out of Burrow’s lists; the store stays as it is", (), "eye-off", _SESSION
    ),
    ActionId.UNHIDE: ActionSpec("Show A&gain…", "List sessions again that were hidden here", (), "eye", _SESSION),
    ActionId.DELETE: ActionSpec(
        "Delete &for Good…", "Remove archived sessions and their files from the store", (), "circle-x", _SESSION
    ),
    ActionId.COPY_TO_WORKING_STORE: ActionSpec(
        "Cop&y to a Working Store…", "Copy the sessions to a new store that can be written", (), "copy", _SESSION
    ),
    ActionId.FIND: ActionSpec("&Find…", "Find in the transcript", ("Ctrl+F",), "search", _SESSION),
    ActionId.FIND_NEXT: ActionSpec("Find &Next", "To the next hit", ("F3", "Ctrl+G"), "arrow-down", _SESSION),
    ActionId.FIND_PREVIOUS: ActionSpec(
        "Find Pre&vious", "To the previous hit", ("Shift+F3", "Ctrl+Shift+G"), "arrow-up", _SESSION
    ),
    ActionId.FILTER_SESSIONS: ActionSpec(
        "Fi&lter Sessions", "Type to narrow the list of sessions", ("Ctrl+Shift+F",), "list-filter", _LIST
    ),
    ActionId.CLEAR_FILTERS: ActionSpec("Clear All Filte&rs", "Show all sessions again", (), "", _LIST),
    ActionId.SELECT_ALL: ActionSpec("Select &All", "Select the whole transcript", ("Ctrl+A",), "", _SESSION),
    ActionId.SHOW_LIBRARY: ActionSpec(
        "&Library", "Show or hide the library", ("F9",), "panel-left", _PANES, is_checkable=True
    ),
    ActionId.SHOW_PAGE: ActionSpec(
        "&Session Page", "Show or hide the session page", ("Shift+F9",), "panel-right", _PANES, is_checkable=True
    ),
    ActionId.RELOAD: ActionSpec("&Reload", "Read the shown stores again", ("F5",), "refresh-cw", _PANES),
    ActionId.SORT_UPDATED: _sort("&Updated", "their last change"),
    ActionId.SORT_CREATED: _sort("&Created", "their beginning"),
    ActionId.SORT_MESSAGES: _sort("&Messages", "their number of messages"),
    ActionId.SORT_TOKENS: _sort("&Tokens", "their tokens"),
    ActionId.SORT_SIZE: _sort("&Size", "their stored size"),
    ActionId.SORT_ID: _sort("&Id", "their ids"),
    ActionId.SORT_TITLE: _sort("Titl&e", "their titles"),
    ActionId.SORT_STATE: _sort("St&ate", "their state"),
    ActionId.SORT_STORE: _sort("Sto&re", "their store"),
    ActionId.SORT_MODEL: _sort("M&odel", "their model"),
    ActionId.SORT_DURATION: _sort("Duratio&n", "how long they went on"),
    ActionId.SORT_LABELS: _sort("&Labels", "their labels"),
    ActionId.SORT_DESCENDING: ActionSpec(
        "&Descending", "Newest or largest first", (), "", Need.LIST, is_checkable=True
    ),
    ActionId.GROUP_NONE: _switch("&None", "No groups", _LIST, "group"),
    ActionId.GROUP_DAY: _switch("&Day", "Group the sessions by the day of their last change", _LIST, "group"),
    ActionId.GROUP_STORE: _switch("&Store", "Group the sessions by their store", _LIST, "group"),
    ActionId.GROUP_MODEL: _switch("&Model", "Group the sessions by their model", _LIST, "group"),
    ActionId.COLUMN_STORE: _column("&Store"),
    ActionId.COLUMN_STATE: _column("S&tate"),
    ActionId.COLUMN_MODEL: _column("&Model"),
    ActionId.COLUMN_MESSAGES: _column("M&essages"),
    ActionId.COLUMN_TOKENS: _column("To&kens"),
    ActionId.COLUMN_SIZE: _column("Si&ze"),
    ActionId.COLUMN_CREATED: _column("&Created"),
    ActionId.COLUMN_UPDATED: _column("&Updated"),
    ActionId.COLUMN_DURATION: _column("&Duration"),
    ActionId.COLUMN_LABELS: _column("&Labels"),
    ActionId.RESET_COLUMNS: ActionSpec(
        "&As Wide as Fits", "Choose and size the columns by the room there is", (), "", _LIST
    ),
    ActionId.VIEW_ALL: _switch("&All", "All sessions of all stores", _PANES, "view"),
    ActionId.VIEW_ACTIVE: _switch("A&ctive", "Sessions that are not archived", _PANES, "view"),
    ActionId.VIEW_RUNNING: _switch("&Running", "Sessions whose agent works now", _PANES, "view"),
    ActionId.VIEW_PINNED: _switch("&Pinned", "Sessions that you pinned", _PANES, "view"),
    ActionId.VIEW_ARCHIVED: _switch("Arc&hived", "Sessions that were archived or hidden", _PANES, "view"),
    ActionId.VIEW_FAULTS: _switch("&Faults", "Sessions with faults", _PANES, "view"),
    ActionId.DENSITY_COMPACT: _switch("&Compact", "Rows of one line, messages close together", Need.NOTHING, "density"),
    ActionId.DENSITY_COMFORTABLE: _switch("C&omfortable", "Rows of two lines", Need.NOTHING, "density"),
    ActionId.DENSITY_SPACIOUS: _switch("&Spacious", "Larger text and more room", Need.NOTHING, "density"),
    ActionId.TIMES_UTC: _switch("Times in &UTC", "Show times in UTC instead of local time", Need.NOTHING),
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
    ActionId.KIND_ALL: _switch("&All Messages", "Show all messages", _SESSION, "kind", ("Alt+0",)),
    ActionId.KIND_YOU: _switch("&You", "Show what persons wrote", _SESSION, "kind", ("Alt+1",)),
    ActionId.KIND_ASSISTANT: _switch("A&ssistant", "Show what the assistant said", _SESSION, "kind", ("Alt+2",)),
    ActionId.KIND_TOOLS: _switch("&Tools", "Show calls of tools", _SESSION, "kind", ("Alt+3",)),
    ActionId.KIND_REASONING: _switch("&Reasoning", "Show reasoning", _SESSION, "kind", ("Alt+4",)),
    ActionId.KIND_ERRORS: _switch("&Errors", "Show what failed", _SESSION, "kind", ("Alt+5",)),
    ActionId.NEXT_OF_KIND: ActionSpec(
        "Next of This &Kind", "To the next message of the kind that is chosen", ("]",), "arrow-down", _SESSION
    ),
    ActionId.PREVIOUS_OF_KIND: ActionSpec(
        "Previous of This K&ind", "To the previous message of the kind that is chosen", ("[",), "arrow-up", _SESSION
    ),
    ActionId.NEXT_ERROR: ActionSpec("Next &Error", "To the next error", ("E",), "", _SESSION),
    ActionId.PREVIOUS_ERROR: ActionSpec("Pre&vious Error", "To the previous error", ("Shift+E",), "", _SESSION),
    ActionId.FOLD_ALL: ActionSpec("Fold &All", "Fold all tool calls and reasoning", ("Ctrl+Shift+-",), "", _SESSION),
    ActionId.UNFOLD_ALL: ActionSpec(
        "&Unfold All", "Open all tool calls and reasoning", ("Ctrl+Shift+=",), "", _SESSION
    ),
    ActionId.PROMPTS_AND_ANSWERS: _switch(
        "&Only Prompts and Answers", "Leave out tools, reasoning and notices", _SESSION, "", ("Alt+6",)
    ),
    ActionId.TOGGLE_RAW: ActionSpec("Ra&w Message", "The stored bytes of the message", ("R",), "code", _SESSION),
    ActionId.NEXT_PANE: ActionSpec("Next P&ane", "To the next pane", ("F6",), "", _PANES),
    ActionId.PREVIOUS_PANE: ActionSpec("Previo&us Pane", "To the previous pane", ("Shift+F6",), "", _PANES),
    ActionId.CHANGES: ActionSpec("&Changes…", "What was changed, and undo", ("Ctrl+Shift+H",), "history"),
    ActionId.PALETTE: ActionSpec("&Command Palette…", "Find and run any command", ("Ctrl+Shift+P",), "terminal"),
    ActionId.SHORTCUTS: ActionSpec("&Keyboard Shortcuts", "All keys on one page", ("F1",)),
    ActionId.ABOUT: ActionSpec("&About Burrow", "Version and licences", (), "info"),
    ActionId.COPY_DIAGNOSTICS: ActionSpec("Copy &Diagnostics", "Copy versions and stores for a report; no content"),
    ActionId.COPY_LOG_PATH: ActionSpec("Copy Path of the &Log File", "Copy where the log file is"),
    ActionId.CANCEL: ActionSpec("Cancel", "Cancel what is being read", ("Esc",), "x", Need.BUSY),
}


SORT_KEYS: dict[ActionId, SortKey | CatalogueKey] = {
    ActionId.SORT_UPDATED: SortKey.UPDATED,
    ActionId.SORT_CREATED: SortKey.CREATED,
    ActionId.SORT_MESSAGES: SortKey.MESSAGES,
    ActionId.SORT_TOKENS: SortKey.TOKENS,
    ActionId.SORT_SIZE: SortKey.SIZE,
    ActionId.SORT_ID: SortKey.ID,
    ActionId.SORT_TITLE: CatalogueKey.TITLE,
    ActionId.SORT_STATE: CatalogueKey.STATE,
    ActionId.SORT_STORE: CatalogueKey.STORE,
    ActionId.SORT_MODEL: CatalogueKey.MODEL,
    ActionId.SORT_DURATION: CatalogueKey.DURATION,
    ActionId.SORT_LABELS: CatalogueKey.LABELS,
}
"""What each order sorts by: what the file itself stores, also where its column is not seen, and what the catalogue
knows."""

VIEWS: dict[ActionId, View] = {ActionId(f"view-{view.value}"): view for view in View}
GROUPINGS: dict[ActionId, GroupBy] = {ActionId(f"group-{group.value}"): group for group in GroupBy}


@dataclass(frozen=True, slots=True)
class ShellState:
    """What the window knows that decides what is possible.

    Attributes:
        has_panes: the three panes are shown, not the start page.
        has_store: a store is chosen, readable or not.
        has_session: a session is shown.
        has_list: a list of sessions is shown, of one store or of several.
        is_busy: something runs long enough to be cancelled.
        zoom_percent: 80 to 200.
    """

    has_panes: bool = False
    has_store: bool = False
    has_session: bool = False
    is_busy: bool = False
    zoom_percent: int = 100
    has_list: bool = False


def enabled_actions(state: ShellState) -> frozenset[ActionId]:
    """Which actions are possible in this state."""
    there = {
        Need.NOTHING: True,
        Need.PANES: state.has_panes,
        Need.STORE: state.has_store,
        Need.PLACE: state.has_store or state.has_session,
        Need.LIST: state.has_list,
        Need.SESSION: state.has_session,
        Need.BUSY: state.is_busy,
        Need.SMALLER_ZOOM: state.zoom_percent < 200,
        Need.LARGER_ZOOM: state.zoom_percent > 80,
    }
    return frozenset(name for name, spec in ACTIONS.items() if there[spec.need])
