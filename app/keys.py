"""Keys that parts of the window understand by themselves, beside the actions' shortcuts: what the shortcuts page lists.

No Qt. The views do what is written here; tests press each key that is listed for the transcript and look whether it is
understood. A new key of a view gets a line here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyLine:
    """What keys do.

    Attributes:
        keys: portable key sequences, each of which does it.
        words: what happens.
    """

    keys: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """Keys of one part of the window."""

    title: str
    lines: tuple[KeyLine, ...]


TRANSCRIPT_KEYS = KeyGroup(
    "In the transcript",
    (
        KeyLine(("Up", "Down"), "Scroll by lines"),
        KeyLine(("PgUp", "PgDown"), "Scroll by pages"),
        KeyLine(("Home", "End"), "To the first message, to the last"),
        KeyLine(("Tab", "Shift+Tab"), "To the next or previous thing that can be opened"),
        KeyLine(("Return", "Space"), "Open or fold it, follow a link, press a button"),
        KeyLine(("Esc",), "Leave it; then drop the selection"),
        KeyLine(("Shift+Left", "Shift+Right"), "Select by characters"),
        KeyLine(("Ctrl+Shift+Left", "Ctrl+Shift+Right"), "Select by words"),
        KeyLine(("Shift+Up", "Shift+Down"), "Select by lines"),
        KeyLine(("Shift+PgUp", "Shift+PgDown"), "Select by pages"),
        KeyLine(("Shift+Home", "Shift+End"), "Select to the beginning or end of the line"),
        KeyLine(("Ctrl+Shift+Home", "Ctrl+Shift+End"), "Select to the beginning or end of the transcript"),
    ),
)

KEY_GROUPS: tuple[KeyGroup, ...] = (
    KeyGroup(
        "Everywhere",
        (
            KeyLine(("Tab", "Shift+Tab"), "To the next or previous control"),
            KeyLine(("F10", "Alt"), "To the menu bar; a letter that is underlined opens its menu"),
            KeyLine(("Menu", "Shift+F10"), "The menu of what has the focus"),
            KeyLine(("Esc",), "Close what opened last, or cancel what is being read"),
        ),
    ),
    KeyGroup(
        "In the library",
        (
            KeyLine(("Up", "Down"), "To the next or previous store, view or value"),
            KeyLine(("Left", "Right"), "Fold or unfold a kind or a section"),
            KeyLine(("Home", "End"), "To the first, to the last"),
            KeyLine(("Space", "Return"), "Choose or drop a view, a value or a day"),
            KeyLine(("Shift+Left", "Shift+Right"), "Choose several days"),
        ),
    ),
    KeyGroup(
        "In the list of sessions",
        (
            KeyLine(("Up", "Down"), "To the next or previous session"),
            KeyLine(("PgUp", "PgDown"), "By pages"),
            KeyLine(("Home", "End"), "To the first session, to the last"),
            KeyLine(("Shift+Up", "Shift+Down"), "Select several"),
            KeyLine(("Return",), "To the transcript of the session; on a heading: fold or unfold its group"),
            KeyLine(("Left", "Right"), "Fold or unfold the group"),
            KeyLine(("Ctrl+C",), "Copy the ids of the selected sessions"),
        ),
    ),
    KeyGroup(
        "In the filter of the list",
        (
            KeyLine(("Down", "Return"), "To the list"),
            KeyLine(("Esc",), "Clear the filter; then to the list"),
        ),
    ),
    TRANSCRIPT_KEYS,
    KeyGroup(
        "In the find bar",
        (
            KeyLine(("Return", "Shift+Return"), "To the next hit, to the previous"),
            KeyLine(("Esc",), "Close the find bar"),
        ),
    ),
    KeyGroup(
        "In Info",
        (
            KeyLine(("Return", "Space"), "Show a value that is masked"),
            KeyLine(("Ctrl+C",), "Copy the value"),
        ),
    ),
    KeyGroup(
        "In the window of a whole text",
        (
            KeyLine(("Home", "End"), "To the beginning, to the end"),
            KeyLine(("Ctrl+L",), "To a line by its number"),
            KeyLine(("Ctrl+F", "F3", "Shift+F3"), "Find; to the next hit, to the previous"),
            KeyLine(("Shift+Left", "Shift+Right", "Shift+Up", "Shift+Down"), "Select"),
            KeyLine(("Ctrl+A", "Ctrl+C"), "Select all, copy"),
            KeyLine(("Ctrl+S",), "Save as a file"),
            KeyLine(("Esc",), "Close the window"),
        ),
    ),
    KeyGroup(
        "In the window of a picture",
        (
            KeyLine(("+", "-"), "Larger, smaller"),
            KeyLine(("0", "1"), "As large as fits, in its true size"),
            KeyLine(("Left", "Right", "Up", "Down"), "Move what is seen of it"),
            KeyLine(("Ctrl+C", "Ctrl+S"), "Copy, save as a file"),
            KeyLine(("Esc",), "Close the window"),
        ),
    ),
    KeyGroup(
        "In the check of a store",
        (
            KeyLine(("Return",), "Show the session of the finding in the main window"),
            KeyLine(("Ctrl+C",), "Copy the selected findings"),
            KeyLine(("Ctrl+F",), "Filter the findings"),
            KeyLine(("Ctrl+S",), "Save the report as text"),
            KeyLine(("F5",), "Check again"),
            KeyLine(("Esc",), "Cancel the check; then close the window"),
        ),
    ),
    KeyGroup(
        "In the command palette",
        (
            KeyLine(("Up", "Down", "Tab"), "To the next or previous command"),
            KeyLine(("Return",), "Run it"),
            KeyLine(("Esc",), "Close"),
        ),
    ),
)
