"""Only some kinds of messages are shown; the place is kept when the filter comes and goes (2.4, 2.8)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.present.copy_text import BETWEEN_MESSAGES, selected_text
from app.present.reading import FoldState, Reading, ReadKind
from app.views.transcript.accessible import TranscriptInterface
from app.views.transcript.heights import SLAB, Heights
from app.views.transcript.shown_rows import ShownRows
from app.views.transcript.view import TranscriptView
from store.values.message import Message, MessageKind, ReasoningBlock

MASKS = st.lists(st.integers(0, 1), max_size=3 * SLAB).map(bytes)


@pytest.fixture
def talk(message: Callable[..., Message], text: Callable, call: Callable) -> list[Message]:
    """80 turns of a prompt, an answer with reasoning and a call, and its result; every tenth call failed."""
    found = []
    for turn in range(80):
        index = 3 * turn
        found.append(message(index, MessageKind.PROMPT, text(f"Question {turn}")))
        found.append(
            message(
                index + 1,
                MessageKind.ASSISTANT,
                *((ReasoningBlock("thought " * 20, 160),) if turn % 2 else ()),
                text(f"Answer {turn} " + "words " * (turn % 9 * 12)),
                call("bash", '{"command":"make"}', "out\n" * 9, index + 1, is_error=turn % 10 == 9),
            )
        )
        found.append(message(index + 2, MessageKind.TOOL_RESULTS_JOINED))
    return found


def rows(view: TranscriptView) -> list[tuple[int, int]]:
    return [(row.index, row.top) for row in view.stage.rows()]


def test_2_4_of_a_kind_only_its_messages_stand_below_each_other(show: Callable, talk: list) -> None:
    view = show(talk)
    view.set_reading(Reading(ReadKind.ERRORS))
    stage = view.stage
    assert [index for index, _ in rows(view)] == [28, 58, 88, 118, 148, 178, 208, 238][: len(rows(view))]
    assert rows(view)[0] == (28, 16)
    tops = [top for _, top in rows(view)]
    assert tops == [16 + sum(stage.exact_height(28 + 30 * k) for k in range(n)) for n in range(len(tops))]
    assert stage.heights.total == sum(stage.heights.height(row) for row in range(28, 240, 30))


@pytest.mark.parametrize("kind", [ReadKind.YOU, ReadKind.ERRORS, ReadKind.REASONING])
@pytest.mark.parametrize("scrolled_px", [0, 37, 1_500, 4_001, 1 << 20])
def test_2_4_what_was_read_stands_exactly_where_it_was_when_the_filter_goes(
    kind: ReadKind, scrolled_px: int, show: Callable, talk: list
) -> None:
    view = show(talk)
    view.scroll_by(scrolled_px)
    before = rows(view)
    view.set_reading(Reading(kind))
    assert rows(view) != before
    view.set_reading(Reading(ReadKind.TOOLS))
    view.set_reading(Reading())
    assert rows(view) == before


def test_2_4_the_nearest_message_takes_the_place_of_the_one_that_is_hidden(show: Callable, talk: list) -> None:
    view = show(talk)
    view.go_to_message(61)
    view.set_reading(Reading(ReadKind.YOU))
    assert dict(rows(view))[63] == 16


def test_2_4_a_place_scrolled_to_among_some_messages_is_kept_when_all_are_shown(show: Callable, talk: list) -> None:
    view = show(talk)
    view.set_reading(Reading(ReadKind.YOU))
    view.scroll_by(900)
    held = view.stage.held()
    view.set_reading(Reading())
    assert held in rows(view)


def test_2_4_next_and_previous_go_over_the_messages_that_are_shown(qtbot: QtBot, show: Callable, talk: list) -> None:
    view = show(talk)
    view.set_reading(Reading(ReadKind.ERRORS))
    seen = []
    for step in (1, 1, 1, -1):
        view.jump(step)
        seen.append(view.focus_row)
    qtbot.keyClick(view, Qt.Key.Key_J)
    assert seen == [58, 88, 118, 88]
    assert view.focus_row == 118


def test_2_4_with_all_shown_a_jump_goes_to_the_next_message_and_brings_it_to_the_top(
    show: Callable, talk: list
) -> None:
    view = show(talk)
    view.jump(1)
    assert (view.focus_row, rows(view)[-1][0] > 1) == (1, True)
    assert dict(rows(view))[1] == 12


def test_2_4_a_message_that_is_hidden_is_revealed_when_it_is_gone_to(show: Callable, talk: list) -> None:
    view = show(talk)
    view.set_reading(Reading(ReadKind.YOU))
    view.focus_message(28)
    assert view.stage.reading == Reading()
    assert 28 in dict(rows(view))


def test_2_8_prompts_and_answers_only_stay_so_when_one_of_them_is_gone_to(show: Callable, talk: list) -> None:
    view = show(talk)
    view.set_reading(Reading(ReadKind.YOU, is_prompts_only=True))
    view.focus_message(28)
    assert view.stage.reading == Reading(is_prompts_only=True)


def test_2_4_all_selected_text_is_that_of_the_messages_that_are_shown(show: Callable, talk: list) -> None:
    view = show(talk)
    view.set_reading(Reading(ReadKind.YOU))
    view.selector.select_all()
    stage, selection = view.stage, view.selector.selection
    assert selection is not None
    loaded = [found for row in range(stage.count) if (found := stage.message(row)) is not None]
    copied = BETWEEN_MESSAGES.join(selected_text(loaded, stage.folds, {}, selection.begin, selection.end))
    assert copied == "\n\n".join(f"Question {turn}" for turn in range(80))


def test_2_4_screen_readers_are_told_of_the_messages_that_are_shown(show: Callable, talk: list) -> None:
    view = show(talk)
    view.set_reading(Reading(ReadKind.YOU))
    told = TranscriptInterface(view).rows()
    assert [row.index for row in told] == [index for index, _ in rows(view)]


def test_2_8_prompts_and_answers_have_no_tools_and_no_reasoning_in_view_or_copy(show: Callable, talk: list) -> None:
    view = show(talk)
    view.folding.set_all(FoldState.OPEN)
    view.set_reading(Reading(is_prompts_only=True))
    layout = view.stage.layout(4)
    assert [type(block).__name__ for block in layout.blocks] == ["ShownText"]
    assert not layout.spots
    copied = "".join(selected_text([layout.message], view.stage.folds, {}, (4, -1, 0), (5, 0, 0)))
    assert copied == "Answer 1 " + "words " * 11 + "words"


def test_2_8_all_is_folded_and_opened_without_building_it_and_the_place_is_kept(show: Callable, talk: list) -> None:
    view = show(talk, loads=False, begins_loaded=False)
    view.scroll_by(300)
    held = view.stage.held()
    view.folding.set_all(FoldState.OPEN)
    assert view.stage.held() == held
    layout = view.stage.layout(4)
    assert all(view.stage.folds.is_open(4, block) for block in layout.blocks)
    view.folding.toggle(4, 0)
    assert not view.stage.folds.is_open(4, layout.blocks[0])
    view.folding.set_all(FoldState.FOLDED)
    assert not any(view.stage.folds.is_open(4, block) for block in view.stage.layout(4).blocks[::2])
    assert view.stage.folds.toggled == frozenset()


def test_2_8_another_session_shows_all_kinds_folded_as_the_last_one(show: Callable, talk: list) -> None:
    view = show(talk)
    view.set_reading(Reading(ReadKind.TOOLS))
    view.set_reading(Reading(ReadKind.TOOLS, is_prompts_only=True))
    view.folding.set_all(FoldState.OPEN)
    outline = view.stage.outline
    view.show_transcript(outline, ())
    assert view.stage.reading == Reading(is_prompts_only=True)
    assert view.stage.folds.state is FoldState.OPEN


def test_2_4_messages_far_from_each_other_are_asked_for_one_by_one(qtbot: QtBot, show: Callable, talk: list) -> None:
    view = show(talk, begins_loaded=False)
    with qtbot.waitSignal(view.rows_wanted) as wanted:
        view.set_reading(Reading(ReadKind.ERRORS))
    assert wanted.args[0] == tuple(index for index, _ in rows(view))


def test_2_4_a_kind_of_which_nothing_is_left_shows_nothing_and_comes_back(show: Callable, talk: list) -> None:
    quiet = [found for found in talk if found.kind is not MessageKind.ASSISTANT][:2]
    view = show(quiet[:1])
    before = rows(view)
    view.set_reading(Reading(ReadKind.TOOLS))
    assert rows(view) == []
    view.scroll_by(100)
    view.jump(1)
    view.set_reading(Reading())
    assert rows(view) == before


@given(MASKS)
def test_2_4_the_way_over_hidden_rows_meets_every_shown_one(mask: bytes) -> None:
    shown = ShownRows(mask)
    expected = [row for row, is_shown in enumerate(mask) if is_shown]
    found, row = [], shown.after(-1)
    while row < len(mask):
        found.append(row)
        row = shown.after(row)
    assert found == expected
    back, row = [], shown.before(len(mask))
    while row >= 0:
        back.append(row)
        row = shown.before(row)
    assert back == expected[::-1]
    assert (shown.first, shown.last) == ((expected[0], expected[-1]) if expected else (-1, -1))
    assert shown.count() == len(expected)


@given(st.lists(st.integers(0, 500), min_size=1, max_size=3 * SLAB), st.data())
def test_2_4_heights_of_hidden_rows_are_kept_until_they_are_shown(heights: list[int], data: st.DataObject) -> None:
    mask = bytes(data.draw(st.lists(st.integers(0, 1), min_size=len(heights), max_size=len(heights))))
    found = Heights(heights)
    found.show_only(mask)
    row, height = data.draw(st.integers(0, len(heights) - 1)), data.draw(st.integers(0, 900))
    found.set(row, height)
    heights[row] = height
    masked = [height * is_shown for height, is_shown in zip(heights, mask, strict=True)]
    assert (found.total, found.top(len(heights))) == (sum(masked), sum(masked))
    assert list(found.all()) == masked
    found.show_only(b"\x01" * len(heights))
    assert found.total == sum(heights)
