"""The list shows what its store holds, reads only what is looked at, and keeps the chosen session (1.4, B4, B5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from app.context import Context
from app.controllers.sessions_controller import SessionsController
from app.present.columns import Column
from app.views.sessions_pane import SessionsPane
from store import CancelToken
from store.values.listing import ListOrder
from store.values.session import SortKey
from store.values.store import StoreFacts
from tests.app.controllers.showing import show, show_store

# The offscreen platform says so whenever a tool tip or a window of fixed size appears.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RICH = "meerkat/realm-0.6.24-rich/atlas"
OpenStore = Callable[[Path], StoreFacts]
STORED_ORDERS = {
    SortKey.UPDATED: "updated_at_ms",
    SortKey.CREATED: "created_at_ms",
    SortKey.MESSAGES: "message_count",
    SortKey.TOKENS: "total_tokens",
    SortKey.ID: "session_id",
}


@pytest.fixture
def realm(copy_sample: Callable[[str], Path]) -> Path:
    """A copy of a real realm with 66 sessions."""
    return copy_sample(RICH)


@pytest.fixture
def controller(context: Context, qtbot: Any) -> SessionsController:
    """The list on the screen, with nothing in it."""
    controller = SessionsController(context)
    qtbot.addWidget(controller.widget)
    controller.widget.resize(416, 3300)  # all 66 rows are seen, and read
    with qtbot.waitExposed(controller.widget):
        controller.widget.show()
    return controller


def pane_of(controller: SessionsController) -> SessionsPane:
    assert isinstance(controller.widget, SessionsPane)
    return controller.widget


def words(controller: SessionsController) -> list[str]:
    found = pane_of(controller).findChildren(QLabel)
    return [label.text() for label in found if label.isVisible() and label.text()]


def placeholder(controller: SessionsController) -> str:
    return controller.pane.bar.field.placeholderText()


def shown_id(controller: SessionsController) -> str | None:
    chosen = controller.chosen()
    return None if chosen is None else chosen.key.session_id


def stored_ids(realm: Path, order_by: str) -> list[str]:
    with closing(sqlite3.connect(realm / "sessions.sqlite3")) as connection:
        return [row[0] for row in connection.execute(f"SELECT session_id FROM sessions ORDER BY {order_by}")]


def listed_ids(controller: SessionsController) -> list[str]:
    rows = [controller.model.row_at(row) for row in range(controller.model.row_count)]
    return [row.summary.key.session_id for row in rows if row is not None]


def change(realm: Path, statement: str, *values: object) -> None:
    """Change the copy as another program would, and leave no log behind."""
    with closing(sqlite3.connect(realm / "sessions.sqlite3")) as connection:
        connection.execute(statement, values)
        connection.commit()


def test_1_4_a_store_is_listed_newest_first_and_its_first_session_is_chosen(
    controller: SessionsController, open_store: OpenStore, realm: Path, qtbot: Any
) -> None:
    expected = stored_ids(realm, "updated_at_ms DESC, session_id")
    summary = show(controller, open_store(realm), qtbot)
    assert listed_ids(controller) == expected
    assert summary.key.session_id == expected[0] == shown_id(controller)
    assert placeholder(controller) == "Filter 66 sessions"


@pytest.mark.parametrize("key", list(STORED_ORDERS))
@pytest.mark.parametrize("is_descending", [True, False])
def test_1_4_each_stored_column_sorts_as_sql_does_and_the_chosen_session_stays(
    controller: SessionsController,
    open_store: OpenStore,
    realm: Path,
    qtbot: Any,
    key: SortKey,
    is_descending: bool,
) -> None:
    expected = stored_ids(realm, f"{STORED_ORDERS[key]} {'DESC' if is_descending else 'ASC'}, session_id")
    show(controller, open_store(realm), qtbot, expected[40])
    with qtbot.assertNotEmitted(controller.session_activated):
        controller.sort(ListOrder(key, is_descending))
        qtbot.waitUntil(lambda: listed_ids(controller) == expected)
    assert shown_id(controller) == expected[40]
    assert pane_of(controller).view.current_row() == 40


def test_1_4_a_click_on_the_header_sorts(
    controller: SessionsController, open_store: OpenStore, realm: Path, qtbot: Any
) -> None:
    expected = stored_ids(realm, "total_tokens DESC, session_id")
    show(controller, open_store(realm), qtbot)
    header = pane_of(controller).view.horizontalHeader()
    header.sectionClicked.emit(Column.TOKENS)
    qtbot.waitUntil(lambda: listed_ids(controller) == expected)
    assert controller.order == ListOrder(SortKey.TOKENS, is_descending=True)


def test_1_6_a_held_arrow_key_opens_only_the_session_where_it_rests(
    controller: SessionsController, open_store: OpenStore, realm: Path, qtbot: Any
) -> None:
    show(controller, open_store(realm), qtbot)
    announced: list[str] = []
    controller.session_activated.connect(lambda summary: announced.append(summary.key.session_id))
    with qtbot.waitSignal(controller.session_activated):
        for _ in range(10):
            QTest.keyClick(pane_of(controller).view, Qt.Key.Key_Down)
    assert announced == [listed_ids(controller)[10]]


def test_1_6_enter_announces_at_once_and_asks_for_the_keyboard(
    controller: SessionsController, open_store: OpenStore, realm: Path, qtbot: Any
) -> None:
    show(controller, open_store(realm), qtbot)
    with qtbot.waitSignals([controller.session_activated, controller.session_entered], order="strict"):
        QTest.keyClick(pane_of(controller).view, Qt.Key.Key_End)
        QTest.keyClick(pane_of(controller).view, Qt.Key.Key_Return)


def test_1_3_the_last_session_is_found_again_by_its_id(
    controller: SessionsController, open_store: OpenStore, realm: Path, qtbot: Any
) -> None:
    wanted = stored_ids(realm, "created_at_ms")[30]
    assert show(controller, open_store(realm), qtbot, wanted).key.session_id == wanted


def test_1_3_a_remembered_session_that_is_gone_gives_way_to_the_first(
    controller: SessionsController, open_store: OpenStore, realm: Path, qtbot: Any
) -> None:
    first = stored_ids(realm, "updated_at_ms DESC, session_id")[0]
    assert show(controller, open_store(realm), qtbot, "0199a3f2-0000-7000-8000-000000000000").key.session_id == first


def test_1_8_a_reload_keeps_the_chosen_session_and_announces_what_was_read_anew(
    controller: SessionsController, open_store: OpenStore, realm: Path, context: Context, in_worker: Any, qtbot: Any
) -> None:
    facts = open_store(realm)
    wanted = stored_ids(realm, "updated_at_ms DESC, session_id")[20]
    show(controller, facts, qtbot, wanted)
    in_worker(lambda: change(realm, "UPDATE sessions SET updated_at_ms = 1900000000000 WHERE session_id = ?", wanted))
    again = in_worker(lambda: context.library.reload(facts.key, CancelToken()))
    assert show(controller, again, qtbot).key.session_id == wanted
    assert pane_of(controller).view.current_row() == 0
    assert controller.chosen().updated_at_ms == 1900000000000  # type: ignore[union-attr]


def test_1_8_a_session_that_is_gone_after_a_reload_is_chosen_no_more(
    controller: SessionsController, open_store: OpenStore, realm: Path, context: Context, in_worker: Any, qtbot: Any
) -> None:
    facts = open_store(realm)
    wanted = stored_ids(realm, "updated_at_ms DESC, session_id")[20]
    show(controller, facts, qtbot, wanted)
    in_worker(lambda: change(realm, "DELETE FROM sessions WHERE session_id = ?", wanted))
    in_worker(
        lambda: change(realm, "DELETE FROM runtime_session_snapshots WHERE runtime_id = ?", f"rt:session:{wanted}")
    )
    again = in_worker(lambda: context.library.reload(facts.key, CancelToken()))
    with qtbot.waitSignal(controller.nothing_activated):
        show_store(controller, again)
    assert shown_id(controller) is None
    qtbot.waitUntil(lambda: len(listed_ids(controller)) == 65)


def test_b5_a_damaged_record_is_a_row_that_says_so_and_the_others_are_as_before(
    controller: SessionsController, open_store: OpenStore, realm: Path, in_worker: Any, qtbot: Any
) -> None:
    """(1-case-5, B5) bad JSON in both copies of one session."""
    order = stored_ids(realm, "updated_at_ms DESC, session_id")
    broken = order[3]
    in_worker(lambda: change(realm, "UPDATE sessions SET session_json = x'7b00ff' WHERE session_id = ?", broken))
    in_worker(
        lambda: change(
            realm,
            "UPDATE runtime_session_snapshots SET session_snapshot = x'7b00ff' WHERE runtime_id = ?",
            f"rt:session:{broken}",
        )
    )
    show(controller, open_store(realm), qtbot)
    assert listed_ids(controller) == order
    row = controller.model.row_at(3)
    assert row is not None
    assert row.cells[Column.STATE] == "Damaged"
    assert row.facts[0].text
    assert row.summary.faults[0].sentence in row.spoken
    others = {controller.model.row_at(n).cells[Column.STATE] for n in range(66) if n != 3}  # type: ignore[union-attr]
    assert "Damaged" not in others


def test_1_8_a_store_that_vanished_says_so_and_can_be_tried_again(
    controller: SessionsController, open_store: OpenStore, realm: Path, context: Context, in_worker: Any, qtbot: Any
) -> None:
    facts = open_store(realm)
    in_worker(lambda: context.library.close(facts.key))
    with qtbot.waitSignal(controller.failed) as failed:
        show_store(controller, facts)
    assert failed.args[0].sentence in words(controller)
    open_store(realm)
    button = next(b for b in pane_of(controller).findChildren(QPushButton) if b.isVisible())
    with qtbot.waitSignal(controller.session_activated):
        button.click()


def test_b3_cancelled_reading_says_so_and_can_be_taken_up_again(
    controller: SessionsController, open_store: OpenStore, realm: Path, context: Context, qtbot: Any
) -> None:
    show_store(controller, open_store(realm))
    context.jobs.cancel_all()
    qtbot.waitUntil(lambda: "Cancelled" in words(controller))
    button = next(b for b in pane_of(controller).findChildren(QPushButton) if b.isVisible())
    with qtbot.waitSignal(controller.session_activated):
        button.click()


def test_1_4_listing_sorting_and_choosing_leave_the_store_untouched(
    controller: SessionsController, open_store: OpenStore, realm: Path, qtbot: Any, untouched: Any
) -> None:
    """(1-case-1) not a byte of the realm's folder moves."""
    with untouched(realm):
        show(controller, open_store(realm), qtbot)
        controller.sort(ListOrder(SortKey.SIZE, is_descending=True))
        QTest.keyClick(pane_of(controller).view, Qt.Key.Key_End)
        qtbot.waitUntil(lambda: len(listed_ids(controller)) == 66)


def test_1_8_a_store_that_vanishes_keeps_its_last_rows_and_says_so(
    controller: SessionsController, open_store: OpenStore, realm: Path, context: Context, in_worker: Any, qtbot: Any
) -> None:
    """Unplugged, deleted, permission lost: nothing that was read disappears from the screen."""
    facts = open_store(realm)
    show(controller, facts, qtbot)
    in_worker(lambda: (realm / "sessions.sqlite3").unlink())
    gone = in_worker(lambda: context.library.reload(facts.key, CancelToken()))
    with qtbot.waitSignal(controller.failed):
        show_store(controller, gone)
    assert len(listed_ids(controller)) == 66
    assert placeholder(controller) == "Filter 66 sessions"
