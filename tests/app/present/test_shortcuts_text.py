"""The shortcuts page (2.11): every action and every key a part of the window understands, found by words, as text."""

from __future__ import annotations

from app.commands import ACTIONS
from app.keys import KEY_GROUPS
from app.present.shortcuts_text import as_text, shortcut_lines


def test_2_11_every_shortcut_and_every_key_of_a_view_is_on_the_page() -> None:
    keys = {key for line in shortcut_lines(str) for key in line.keys}
    assert keys >= {key for spec in ACTIONS.values() for key in spec.shortcuts}
    assert keys >= {key for group in KEY_GROUPS for line in group.lines for key in line.keys}


def test_2_11_the_page_is_grouped_by_menu_then_by_part_of_the_window() -> None:
    heads = [line.words for line in shortcut_lines(str) if line.is_heading]
    assert heads[:7] == ["File", "Edit", "View", "Session", "Go", "Tools", "Help"]
    assert heads[-len(KEY_GROUPS) :] == [group.title for group in KEY_GROUPS]


def test_2_11_words_leave_the_lines_that_have_them_and_their_headings() -> None:
    lines = shortcut_lines(str, "ctrl+shift+p")
    assert [(line.words, line.is_heading) for line in lines] == [("Help", True), ("Command Palette", False)]
    assert shortcut_lines(str, "xyzzy") == ()


def test_2_11_as_text_the_keys_stand_in_one_column() -> None:
    text = as_text(shortcut_lines(str, "file open"))
    assert text.startswith("File\n  Ctrl+O        Open\n  Ctrl+Shift+O  Open Folder\n")
    assert text.endswith("\n")
    assert "\n\n\n" not in as_text(shortcut_lines(str))
