"""The dialog of a plan: default buttons, the typed number, an outdated plan, progress that stops, small windows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme
from app.present.plan_session import session_text
from app.present.plan_words import plan_text
from app.present.result_words import result_text
from app.views.plan_dialog import PlanDialog, Stage
from store.values.changes import Action, EntryState, Plan
from tests.app.present.plans import LEASE, entry, plan, receipt, session

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

PLANNED = ("Planned from 09:47:31, unchanged since", "")


@pytest.fixture
def dialog(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[PlanDialog]:
    add_bundled_fonts()
    made = PlanDialog(Look(Theme.LIGHT, getattr(request, "param", 100)), "Archive 2 sessions")
    with qtbot.waitExposed(made):
        made.show()
    closed: list[bool] = []
    made.closed.connect(lambda: closed.append(True))
    yield made
    if not closed:
        made.end()


def show(dialog: PlanDialog, *plans: Plan) -> None:
    dialog.show_plan(plan_text(plans), PLANNED, lambda at: session_text(plans[at[0]].sessions[at[1]]))


def test_4_1_enter_confirms_a_plan_and_escape_leaves_it(qtbot: QtBot, dialog: PlanDialog) -> None:
    show(dialog, plan(session(0), session(1)))
    with qtbot.waitSignal(dialog.confirm_asked):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    with qtbot.waitSignal(dialog.closed):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_4_2_enter_never_deletes_before_the_number_was_typed(qtbot: QtBot, dialog: PlanDialog) -> None:
    show(dialog, plan(*(session(n, goes=True) for n in range(12)), action=Action.DELETE))
    assert (dialog.buttons["Cancel"].isDefault(), dialog.main_button.isEnabled()) == (True, False)
    for typed, is_right in (("1", False), ("12", True), ("123", False), ("१२", False), (" 12 ", True)):
        dialog.count_field.field.setText(typed)
        assert dialog.main_button.isEnabled() is is_right
    dialog.say_changed("orchard changed since the plan.")
    assert not dialog.main_button.isEnabled()


def test_4_5_a_plan_of_which_nothing_is_possible_has_no_button_that_could_be_pressed(dialog: PlanDialog) -> None:
    show(dialog, plan(session(0, LEASE)))
    assert not dialog.main_button.isEnabled()
    assert dialog.page.panel.texts()[2].endswith("Nothing would be written to it.")


def test_4_1_closing_while_it_is_applied_only_asks_to_stop(qtbot: QtBot, dialog: PlanDialog) -> None:
    show(dialog, plan(session(0), session(1)))
    dialog.say_applying("Archiving 2 sessions…")
    with qtbot.waitSignal(dialog.stop_asked):
        dialog.close()
    dialog.show_progress("Archiving 2 sessions", "1 of 2 sessions", "0.7 s", 500)
    with qtbot.waitSignal(dialog.stop_asked):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog.show_result(
        result_text([receipt(entry(0, EntryState.DONE), entry(1, EntryState.NOT_DONE), is_cancelled=True)])
    )
    assert dialog.stage is Stage.RESULT
    assert dialog.outcome.isVisible()
    assert list(dialog.buttons) == ["Copy text", "Show in Changes", "Undo", "Close"]


@pytest.mark.parametrize("dialog", [200], indirect=True)
def test_4_1_at_200_percent_in_a_small_window_everything_can_be_scrolled_to(qtbot: QtBot, dialog: PlanDialog) -> None:
    dialog.resize(900, 500)
    show(dialog, plan(*(session(n) for n in range(50)), store="a store of a very long name " * 4))
    area = dialog.page.parent().parent()
    assert isinstance(area, QScrollArea)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    assert dialog.main_button.isVisible()
    assert dialog.page.width() <= area.viewport().width()
