"""The painted view: keys, mouse, places that stay, and only what is new painted when it scrolls (1.6, B4)."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.look.look import Look
from app.look.tokens import Theme
from app.present.copy_text import message_text, selected_text
from app.present.shown import Folds
from app.views.transcript.places import Place, Selection
from app.views.transcript.view import TranscriptView
from store.values.message import Message, MessageKind, ReasoningBlock


@pytest.fixture
def talk(message: Callable[..., Message], text: Callable, call: Callable) -> list[Message]:
    """120 messages: prompts, answers with calls, and results that are joined into them."""
    found = []
    for turn in range(40):
        index = 3 * turn
        words = f"Turn {turn}: " + "words of an answer 🎉 " * (turn % 7 + 1)
        found.append(message(index, MessageKind.PROMPT, text(f"Question number {turn}, with `code`")))
        found.append(
            message(
                index + 1,
                MessageKind.ASSISTANT,
                ReasoningBlock("thought " * 20, 160),
                text(words + "\n\n```py\nprint(1)\n```\n\n- item\n- other"),
                call("bash", '{"command":"make -j2"}', f"built {turn}\nok\n", index + 1),
            )
        )
        found.append(message(index + 2, MessageKind.TOOL_RESULTS_JOINED))
    return found


def tops(view: TranscriptView) -> dict[int, int]:
    return {row.index: row.top for row in view.stage.rows()}


def test_1_6_j_and_k_walk_the_messages_and_n_and_p_the_prompts(qtbot: QtBot, show: Callable, talk: list) -> None:
    view = show(talk)
    seen = []
    for key in (Qt.Key.Key_J, Qt.Key.Key_J, Qt.Key.Key_J, Qt.Key.Key_K, Qt.Key.Key_N, Qt.Key.Key_N, Qt.Key.Key_P):
        qtbot.keyClick(view, key)
        seen.append(view.focus_row)
    assert seen == [0, 1, 3, 1, 3, 6, 3]
    assert tops(view)[3] == 12


def test_1_6_a_message_that_is_not_wholly_seen_comes_to_the_top(qtbot: QtBot, show: Callable, talk: list) -> None:
    view = show(talk)
    bottom = view.viewport().height()
    for key in [Qt.Key.Key_J] * 30 + [Qt.Key.Key_K] * 30:
        before = tops(view)
        qtbot.keyClick(view, key)
        row, top = view.focus_row, tops(view)[view.focus_row]
        height = view.stage.exact_height(row) - view.stage.measures.gap_px
        assert top == (12 if row else 16) or (top == before[row] and top + height < bottom)
    qtbot.keyClick(view, Qt.Key.Key_End)
    qtbot.keyClick(view, Qt.Key.Key_P)
    assert view.focus_row is not None


def test_1_6_home_end_and_pages_reach_everything(qtbot: QtBot, show: Callable, talk: list) -> None:
    view = show(talk)
    qtbot.keyClick(view, Qt.Key.Key_End)
    last = view.stage.rows()[-1]
    assert last.index == 118
    assert last.top + last.height == view.viewport().height() - view.stage.pad_px
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert (view.stage.anchor_row, view.stage.anchor_offset) == (0, -view.stage.pad_px)
    before = tops(view)
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert view.stage.anchor_row > 0
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    assert tops(view) == before


def test_1_6_enter_opens_and_folds_the_cards_of_the_focused_message(qtbot: QtBot, show: Callable, talk: list) -> None:
    view = show(talk)
    view.focus_message(1)
    top = tops(view)[1]
    qtbot.keyClick(view, Qt.Key.Key_Return)
    layout = view.stage.layout(1)
    assert {part.key for part in layout.parts} >= {0, 1, 8, 9, 10}
    assert tops(view)[1] == top
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert {part.key for part in view.stage.layout(1).parts} == {0, 4, 8}


def test_B4_a_look_another_width_and_folding_above_keep_the_text_in_place(
    show: Callable, talk: list, qtbot: QtBot
) -> None:
    view = show(talk)
    view.go_to_message(60)
    view.set_look(Look(Theme.DARK, 150))
    assert tops(view)[60] == 24
    view.set_look(Look(Theme.LIGHT, 100))
    view.resize(900, 600)
    assert tops(view)[60] == 16
    top = tops(view)[61]
    view.folding.toggle(1, 0)
    assert tops(view)[61] == top


def test_B4_scrolled_pixels_equal_a_full_repaint(show: Callable, talk: list, qapp: object) -> None:
    view = show(talk)
    chance = random.Random(7)
    for _ in range(30):
        view.scroll_by(chance.choice([-173, -60, -3, 7, 60, 240]))
        qapp.processEvents()  # type: ignore[attr-defined]
    scrolled = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    view.content_changed()
    assert scrolled == view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def test_B4_messages_are_asked_for_where_they_are_seen(show: Callable, talk: list, qtbot: QtBot) -> None:
    view = show(talk, begins_loaded=False)
    with qtbot.waitSignal(view.range_wanted) as asked:
        view.go_to_message(90)
    begin, end = asked.args[0]
    assert begin <= 90 < end
    assert all(row.layout is None for row in view.stage.rows())


def test_B4_pages_that_arrive_do_not_move_what_is_read(show: Callable, talk: list, qtbot: QtBot) -> None:
    view = show(talk, loads=True, begins_loaded=False)
    view.go_to_message(90)
    qtbot.waitUntil(lambda: all(row.layout is not None for row in view.stage.rows()))
    assert tops(view)[90] == view.stage.pad_px


def press(
    qtbot: QtBot, view: TranscriptView, place: Place, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> QPoint:
    caret = view.selector.caret(place)
    assert caret is not None
    point = QPoint(round(caret.x()), round(caret.center().y()))
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, modifier, point)
    return point


def shown_selection(view: TranscriptView) -> str:
    selection = view.selector.selection
    loaded = [view.stage.message(row) for row in range(view.stage.count)]
    return "\n\n".join(selected_text(loaded, view.stage.folds, {}, selection.begin, selection.end))


def test_1_6_dragging_selects_across_messages_and_copies_what_is_shown(
    qtbot: QtBot, show: Callable, talk: list
) -> None:
    view = show(talk)
    press(qtbot, view, Place(0, 0, 9))
    caret = view.selector.caret(Place(1, 4, 7))
    target = QPoint(round(caret.x()), round(caret.center().y()))
    qtbot.mouseMove(view.viewport(), target - QPoint(20, 0))
    view._mouse._is_drag = True
    view._mouse._drag_to(target)
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=target)
    assert view.selector.selection == Selection(Place(0, 0, 9), Place(1, 4, 7))
    assert (
        shown_selection(view) == "number 0, with code\n\nReasoning · " + "thought " * 19 + "thought · 20 words\nTurn 0:"
    )


def test_1_6_two_clicks_select_a_word_three_a_paragraph_shift_extends(qtbot: QtBot, show: Callable, talk: list) -> None:
    view = show(talk)
    point = press(qtbot, view, Place(0, 0, 10))
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert shown_selection(view) == "number"
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert shown_selection(view) == "Question number 0, with code"
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    view.set_selection(Selection(Place(0, 0, 0), Place(0, 0, 0)))
    press(qtbot, view, Place(0, 0, 8), Qt.KeyboardModifier.ShiftModifier)
    assert shown_selection(view) == "Question"


def test_1_6_shift_and_arrows_extend_over_blocks_and_messages(qtbot: QtBot, show: Callable, talk: list) -> None:
    view = show(talk)
    shift = Qt.KeyboardModifier.ShiftModifier
    view.set_selection(Selection(Place(0, 0, 24), Place(0, 0, 24)))
    for _ in range(5):
        qtbot.keyClick(view, Qt.Key.Key_Right, shift)
    assert shown_selection(view) == "code"
    assert view.selector.selection.cursor == Place(1, 0, 0)
    qtbot.keyClick(view, Qt.Key.Key_Right, shift)
    assert view.selector.selection.cursor.message == 1
    qtbot.keyClick(view, Qt.Key.Key_End, shift | Qt.KeyboardModifier.ControlModifier)
    assert view.selector.selection.cursor == Place(120, 0, 0)
    qtbot.keyClick(view, Qt.Key.Key_Left, shift)
    assert view.selector.selection.cursor.message == 118


def test_1_6_ctrl_a_selects_all_and_builds_nothing(qtbot: QtBot, show: Callable, talk: list) -> None:
    view = show(talk, begins_loaded=False)
    built = len(view.stage._layouts)
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert view.selector.selection == Selection(Place(0, -1, 0), Place(120, 0, 0))
    assert len(view.stage._layouts) == built


def test_B4_the_text_of_what_was_never_laid_out_equals_the_text_of_its_parts(show: Callable, talk: list) -> None:
    view = show(talk)
    for row in range(view.stage.count):
        view.stage.folds = Folds(frozenset({(row, 0), (row, 2)}))
        view.stage.forget_layout(row)
        layout = view.stage.layout(row)
        parts = "\n".join(part.text(0, part.length) for part in layout.parts)
        assert message_text(view.stage.message(row), view.stage.folds) == parts


def test_B4_positions_count_utf16_units_so_that_emoji_are_copied_whole(
    show: Callable, message: Callable, text: Callable
) -> None:
    view = show([message(0, MessageKind.PROMPT, text("a👩‍👩‍👧‍👦b🎉c"))])
    view.set_selection(Selection(Place(0, 0, 1), Place(0, 0, 12)))
    assert shown_selection(view) == "👩‍👩‍👧‍👦"
    view.set_selection(Selection(Place(0, 0, 13), Place(0, 0, 16)))
    assert shown_selection(view) == "🎉c"


def test_1_5_a_link_is_only_reported(qtbot: QtBot, show: Callable, message: Callable, text: Callable) -> None:
    view = show([message(0, MessageKind.ASSISTANT, text("[docs](http://evil.example/x) end"))])
    caret = view.selector.caret(Place(0, 0, 1))
    point = QPoint(round(caret.x()) + 2, round(caret.center().y()))
    with qtbot.waitSignal(view.link_activated) as clicked:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert clicked.args == ["http://evil.example/x"]


def test_1_6_the_end_stays_in_view_when_heights_change(show: Callable, talk: list, qtbot: QtBot) -> None:
    view = show(talk, loads=True, begins_loaded=False)

    def gap() -> int:
        last = view.stage.rows()[-1]
        assert last.index == 118
        return view.viewport().height() - view.stage.pad_px - last.top - last.height

    view.go_to_end()
    qtbot.waitUntil(lambda: all(row.layout is not None for row in view.stage.rows()))
    assert gap() == 0
    view.set_look(Look(Theme.LIGHT, 200))
    assert gap() == 0
    view.resize(900, 500)
    assert gap() == 0
    view._on_estimates_due()
    assert gap() == 0
    view.set_look(Look(Theme.LIGHT, 100))
    view.scroll_by(-300)
    before = tops(view)
    view.add_messages([])
    assert tops(view) == before
    view.scroll_by(2_000)
    view.resize(640, 600)
    assert gap() == 0
    view.folding.toggle(118, 2)
    assert tops(view)[118] < view.viewport().height() - view.stage.pad_px
