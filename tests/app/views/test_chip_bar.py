"""Chips say which kind is shown and how many there are, and fold to icons where there is no room (2.4)."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme
from app.present.reading import ReadKind
from app.views.chip import ChipForm
from app.views.chip_bar import ChipBar

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
"""Without a window manager nobody takes the size hints; Qt says so for each window."""

COUNTS = dict(zip(ReadKind, (232, 11, 64, 41, 38, 0), strict=True))


@pytest.fixture
def bar(qtbot: QtBot) -> ChipBar:
    add_bundled_fonts()
    bar = ChipBar(Look(Theme.LIGHT))
    qtbot.addWidget(bar)
    bar.resize(1200, 40)
    with qtbot.waitExposed(bar):
        bar.show()
    bar.say(ReadKind.ALL, COUNTS)
    return bar


def names(bar: ChipBar) -> list[str]:
    return [bar.chip(kind).accessibleName() for kind in ReadKind]


def test_2_4_chips_have_their_counts_and_one_without_messages_is_disabled(bar: ChipBar) -> None:
    assert names(bar) == [
        "All, 232 messages",
        "You, 11 messages",
        "Assistant, 64 messages",
        "Tools, 41 messages",
        "Reasoning, 38 messages",
        "Errors, 0 messages",
    ]
    assert [bar.chip(kind).isEnabled() for kind in ReadKind] == [True, True, True, True, True, False]


def test_2_4_while_only_the_beginning_is_known_no_number_is_said(bar: ChipBar) -> None:
    bar.say(ReadKind.ALL, None)
    assert {bar.chip(kind).count for kind in ReadKind} == {"…"}
    assert bar.chip(ReadKind.ERRORS).isEnabled()
    assert bar.chip(ReadKind.YOU).accessibleName() == "You, not counted yet"


def test_2_4_a_click_chooses_a_kind_and_leaves_the_keys_with_the_transcript(qtbot: QtBot, bar: ChipBar) -> None:
    with qtbot.waitSignal(bar.kind_chosen) as chosen:
        qtbot.mouseClick(bar.chip(ReadKind.TOOLS), Qt.MouseButton.LeftButton)
    assert chosen.args == [ReadKind.TOOLS]
    assert bar.kind is ReadKind.TOOLS
    assert not bar.chip(ReadKind.TOOLS).hasFocus()


def test_2_4_the_chosen_kind_stays_enabled_when_nothing_is_left_of_it(bar: ChipBar) -> None:
    bar.say(ReadKind.ERRORS, COUNTS)
    assert bar.chip(ReadKind.ERRORS).isEnabled()
    assert bar.kind is ReadKind.ERRORS


def test_2_8_all_means_prompts_and_answers_while_the_rest_is_left_out(bar: ChipBar) -> None:
    bar.say(ReadKind.ALL, COUNTS, is_prompts_only=True)
    assert names(bar)[0] == "Prompts and answers, 232 messages"


@pytest.mark.parametrize("zoom_percent", [80, 100, 200])
@pytest.mark.parametrize("width_px", [1_900, 1_000, 840, 658, 560, 420])
def test_2_4_nothing_is_cut_off_or_overlaps_at_any_width(zoom_percent: int, width_px: int, bar: ChipBar) -> None:
    bar.set_look(Look(Theme.DARK, zoom_percent))
    bar.resize(max(width_px, bar.minimumSizeHint().width()), bar.height())
    rects = [child.geometry() for child in bar.children() if child.isVisible()]
    assert all(bar.rect().contains(rect) for rect in rects)
    assert not any(one.intersects(other) for i, one in enumerate(rects) for other in rects[i + 1 :])
    for kind in ReadKind:
        assert bar.chip(kind).width() == bar.chip(kind).sizeHint().width()


def test_2_4_words_go_before_counts_and_counts_before_icons(bar: ChipBar) -> None:
    forms = []
    for width_px in (800, 658, 380, 264):
        bar.resize(width_px, 40)
        forms.append({bar.chip(kind).form for kind in ReadKind if kind is not ReadKind.ALL})
    assert forms == [{ChipForm.WORDS}, {ChipForm.WORDS}, {ChipForm.COUNT}, {ChipForm.ICON}]
    assert bar.chip(ReadKind.YOU).toolTip().startswith("You, 11 messages")


def test_2_4_words_go_one_by_one_from_the_longest(bar: ChipBar) -> None:
    lost: list[ReadKind] = []
    for width_px in range(700, 400, -1):
        bar.resize(width_px, 40)
        without = [kind for kind in ReadKind if bar.chip(kind).form is not ChipForm.WORDS]
        lost += [kind for kind in without if kind not in lost]
        assert len(without) == len(lost)
    words = [bar.chip(kind).word_px for kind in lost]
    assert words == sorted(words, reverse=True)
    assert lost[:3] == [ReadKind.REASONING, ReadKind.ASSISTANT, ReadKind.ERRORS]


def test_2_4_in_the_page_of_a_small_window_few_counts_leave_all_words_and_long_counts_most_of_them(
    bar: ChipBar,
) -> None:
    bar.resize(658, 40)
    assert {bar.chip(kind).form for kind in ReadKind} == {ChipForm.WORDS}
    bar.say(ReadKind.ALL, dict(zip(ReadKind, (6_214, 311, 2_906, 2_871, 1_038, 31), strict=True)))
    assert [kind for kind in ReadKind if bar.chip(kind).form is not ChipForm.WORDS] == [ReadKind.REASONING]


def test_2_4_the_buttons_ask_for_the_next_and_the_previous(qtbot: QtBot, bar: ChipBar) -> None:
    asked: list[int] = []
    bar.jump_asked.connect(asked.append)
    for name in ("Next message of this kind", "Previous message of this kind"):
        button = next(child for child in bar.children() if getattr(child, "accessibleName", str)() == name)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == [1, -1]


@pytest.mark.parametrize("zoom_percent", [80, 100, 200])
def test_2_case_6_prompts_and_answers_fold_to_an_icon_where_there_is_little_room(
    bar: ChipBar, zoom_percent: int
) -> None:
    bar.set_look(Look(Theme.LIGHT, zoom_percent))
    bar.say(ReadKind.ALL, COUNTS, is_prompts_only=True)
    bar.resize(bar.minimumSizeHint().width(), bar.height())
    assert bar.chip(ReadKind.ALL).form is ChipForm.ICON
    assert bar.chip(ReadKind.ALL).toolTip().startswith("Prompts and answers, 232 messages")
    assert bar.minimumSizeHint().width() <= 300 * zoom_percent // 100
    bar.say(ReadKind.ALL, COUNTS)
    assert bar.chip(ReadKind.ALL).word_px == 0


def test_2_4_where_there_is_nothing_to_jump_to_the_arrows_are_disabled(bar: ChipBar) -> None:
    arrows = [button for button in bar.findChildren(QToolButton) if "message of this kind" in button.accessibleName()]
    assert [arrow.isEnabled() for arrow in arrows] == [True, True]
    bar.say(ReadKind.ERRORS, COUNTS)
    assert [arrow.isEnabled() for arrow in arrows] == [False, False]
    bar.say(ReadKind.YOU, COUNTS)
    assert [arrow.isEnabled() for arrow in arrows] == [True, True]
