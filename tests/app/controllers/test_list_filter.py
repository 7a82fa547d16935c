"""The list narrows while one types, keeps what is chosen, and says how complete it is and why it is empty (2.3)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.context import Context
from app.controllers.scope_controller import Scope
from app.controllers.sessions_controller import SessionsController
from app.jobs import Query
from store import CancelToken
from store.values.listing import CatalogueKey, Choice, Facet, GroupBy, ListOrder, ListWant, View
from store.values.session import SessionSummary, SortKey
from store.values.store import SessionKey, StoreFacts, StoreKey
from tests.app.controllers.showing import show

# The offscreen platform says so whenever a tool tip or a window of fixed size appears.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RICH = "meerkat/realm-0.6.24-rich/atlas"
CHOICE = Choice(Facet.MODEL, "no such model")
OpenStore = Callable[[Path], StoreFacts]


@pytest.fixture
def store(copy_sample: Callable[[str], Path], open_store: OpenStore) -> StoreFacts:
    """A copy of a real realm with 66 sessions, opened."""
    return open_store(copy_sample(RICH))


@pytest.fixture
def controller(context: Context, qtbot: Any) -> SessionsController:
    """The list on the screen, tall enough for all rows, with nothing in it."""
    controller = SessionsController(context)
    qtbot.addWidget(controller.widget)
    controller.widget.resize(416, 3700)
    with qtbot.waitExposed(controller.widget):
        controller.widget.show()
    return controller


@pytest.fixture
def catalogued(context: Context, in_worker: Any, store: StoreFacts) -> StoreFacts:
    """The store with all its sessions in the catalogue."""
    in_worker(lambda: fill(context, store.key))
    return store


def fill(context: Context, key: StoreKey) -> None:
    while not context.lists.fill(key, CancelToken(), 1.0).is_complete:
        pass


def seen(controller: SessionsController) -> list[SessionSummary]:
    rows = map(controller.model.row_at, range(controller.model.row_count))
    return [row.summary for row in rows if row is not None]


def wait_for(controller: SessionsController, qtbot: Any, count: int) -> None:
    qtbot.waitUntil(lambda: controller.model.session_count == count == len(seen(controller)))


def group(controller: SessionsController, group_by: GroupBy, qtbot: Any) -> None:
    """Group 66 sessions and wait until all are read."""
    controller.group(group_by)
    qtbot.waitUntil(lambda: controller.model.listed.want.group_by is group_by)
    wait_for(controller, qtbot, 66)


def words(controller: SessionsController) -> list[str]:
    labels = controller.pane.findChildren(QLabel)
    return [label.text() for label in labels if label.isVisible() and label.text()]


def titles_with(store: StoreFacts, context: Context, in_worker: Any, word: str) -> set[str]:
    """Ids of the sessions that have a word in one of the filtered fields, found in Python."""
    listed = in_worker(lambda: context.lists.listed(ListWant((store.key,)), CancelToken()))
    backend = context.library.backend(store.key)
    ids = in_worker(lambda: [s.key.session_id for s in backend.summaries(tuple(listed.handles), CancelToken())])
    facts = in_worker(lambda: context.lists.facts(store.key, ids, CancelToken()))
    assert len(facts) == len(ids)
    found = set()
    for name, known in facts.items():
        labels = " ".join(f"{key}={value}" for key, value in known.labels)
        if word in f"{known.title} {known.model} {labels} {name} {known.first_prompt}".casefold():
            found.add(name)
    return found


def test_2_3_typing_narrows_the_list_to_what_the_catalogue_has_of_these_letters(
    controller: SessionsController, catalogued: StoreFacts, context: Context, in_worker: Any, qtbot: Any
) -> None:
    expected = titles_with(catalogued, context, in_worker, "ledger")
    assert 0 < len(expected) < 66
    show(controller, catalogued, qtbot)
    QTest.keyClicks(controller.pane.bar.field, "LEDGER")
    wait_for(controller, qtbot, len(expected))
    assert {summary.key.session_id for summary in seen(controller)} == expected
    assert controller.pane.bar.field.accessibleDescription() == f"{len(expected)} of 66"


def test_2_3_the_chosen_session_is_chosen_again_when_the_filter_goes(
    controller: SessionsController, catalogued: StoreFacts, qtbot: Any
) -> None:
    first = show(controller, catalogued, qtbot)
    with qtbot.assertNotEmitted(controller.session_activated), qtbot.assertNotEmitted(controller.nothing_activated):
        controller.pane.bar.field.setText("no session has these words")
        qtbot.waitUntil(lambda: controller.model.session_count == 0)
        QTest.keyClick(controller.pane.bar.field, Qt.Key.Key_Escape)
        wait_for(controller, qtbot, 66)
    assert controller.chosen() == first


def test_2_3_what_is_found_nowhere_says_so_and_offers_the_way_back(
    controller: SessionsController, catalogued: StoreFacts, qtbot: Any
) -> None:
    show(controller, catalogued, qtbot)
    controller.pane.bar.field.setText("no such words")
    qtbot.waitUntil(lambda: "Nothing found" in words(controller))
    assert any("None of 66 sessions" in text for text in words(controller))
    QTest.mouseClick(controller.pane.panel.button, Qt.MouseButton.LeftButton)
    wait_for(controller, qtbot, 66)
    assert controller.pane.has_list


def test_2_12_keys_lead_from_the_box_into_the_list_and_out_of_the_filter(
    controller: SessionsController, catalogued: StoreFacts, qtbot: Any
) -> None:
    show(controller, catalogued, qtbot)
    controller.focus_filter()
    field = controller.pane.bar.field
    assert field.hasFocus()
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert controller.pane.view.hasFocus()
    controller.focus_filter()
    field.setText("a")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), field.hasFocus()) == ("", True)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert controller.pane.view.hasFocus()


def test_2_3_an_unfinished_catalogue_is_said_with_its_numbers(
    controller: SessionsController, store: StoreFacts, context: Context, in_worker: Any, qtbot: Any
) -> None:
    show(controller, store, qtbot)
    in_worker(lambda: context.lists.take_census(store.key, CancelToken()))
    with qtbot.waitSignal(controller.counted) as sorted_by_title:
        controller.sort(ListOrder(CatalogueKey.TITLE, is_descending=False))
    assert sorted_by_title.args == ["66 sessions · sorted 0 of 66"]
    with qtbot.waitSignal(controller.counted) as filtered:
        controller.sort(ListOrder())
        controller.pane.bar.field.setText("the")
    assert filtered.args[0].endswith("filtering 0 of 66 catalogued")


def test_2_3_a_list_that_waits_for_the_catalogue_is_sorted_again_as_more_is_known(
    controller: SessionsController, store: StoreFacts, context: Context, in_worker: Any, qtbot: Any
) -> None:
    chosen = show(controller, store, qtbot)
    in_worker(lambda: context.lists.take_census(store.key, CancelToken()))
    with qtbot.waitSignal(controller.counted):
        controller.sort(ListOrder(CatalogueKey.TITLE, is_descending=False))
    in_worker(lambda: fill(context, store.key))
    with qtbot.waitSignal(controller.counted) as counted:
        controller.notice_known()
    assert counted.args == ["66 sessions"]
    wait_for(controller, qtbot, 66)
    titles = [summary.title.casefold() for summary in seen(controller)]
    assert titles == sorted(titles)
    current = controller.chosen()
    assert current is not None
    assert current.key == chosen.key


def test_2_3_catalogued_columns_read_as_dots_until_they_are_known(
    controller: SessionsController, store: StoreFacts, context: Context, in_worker: Any, qtbot: Any
) -> None:
    show(controller, store, qtbot)
    wait_for(controller, qtbot, 66)
    duration = [controller.model.index(line, 9).data() for line in range(66)]
    assert set(duration) <= {"…", "–"}
    assert "…" in duration
    in_worker(lambda: fill(context, store.key))
    controller.notice_known()
    qtbot.waitUntil(lambda: all(controller.model.index(line, 9).data() != "…" for line in range(66)))


def test_2_3_days_have_headings_and_the_rows_are_those_of_each_day(
    controller: SessionsController, catalogued: StoreFacts, qtbot: Any
) -> None:
    show(controller, catalogued, qtbot)
    group(controller, GroupBy.DAY, qtbot)
    model = controller.model
    headings = [model.heading_at(line) for line in range(model.row_count)]
    assert sum(heading.count for heading in headings if heading is not None) == 66
    assert headings[0] is not None
    assert model.row_count == 66 + sum(heading is not None for heading in headings)


def test_2_3_a_folded_group_is_open_while_a_filter_shows_what_it_found(
    controller: SessionsController, catalogued: StoreFacts, qtbot: Any
) -> None:
    show(controller, catalogued, qtbot)
    group(controller, GroupBy.MODEL, qtbot)
    controller.pane.view.fold_asked.emit(0, True)
    folded = controller.model.row_count
    controller.pane.bar.field.setText("e")
    qtbot.waitUntil(lambda: controller.model.listed.want.text == "e" and controller.model.row_count > 0)
    assert not controller.model.map.is_folded(0)
    controller.pane.bar.field.clear()
    qtbot.waitUntil(lambda: controller.model.row_count == folded)


def test_2_3_the_chosen_session_comes_back_with_its_group(
    controller: SessionsController, catalogued: StoreFacts, qtbot: Any
) -> None:
    first = show(controller, catalogued, qtbot)
    group(controller, GroupBy.STORE, qtbot)
    with qtbot.assertNotEmitted(controller.session_activated):
        controller.pane.view.fold_asked.emit(0, True)
        assert controller.chosen() is None
        controller.pane.view.fold_asked.emit(0, False)
    assert controller.chosen() == first


@pytest.mark.parametrize(
    ("view", "title"), [(View.PINNED, "No pinned sessions"), (View.RUNNING, "No running sessions")]
)
def test_2_2_an_empty_view_says_what_it_would_show(
    controller: SessionsController, catalogued: StoreFacts, qtbot: Any, view: View, title: str
) -> None:
    controller.show_scope(Scope((catalogued.key,), view, view.value), frozenset())
    qtbot.waitUntil(lambda: title in words(controller))


def test_2_2_facets_narrow_the_list_and_can_be_cleared(
    controller: SessionsController, catalogued: StoreFacts, qtbot: Any
) -> None:
    show(controller, catalogued, qtbot)
    scope = Scope((catalogued.key,), View.ALL, catalogued.name, is_store=True)
    controller.show_scope(scope, frozenset({Choice(Facet.MODEL, "no such model")}))
    qtbot.waitUntil(lambda: "Nothing found" in words(controller))
    with qtbot.waitSignal(controller.clear_asked):
        QTest.mouseClick(controller.pane.panel.button, Qt.MouseButton.LeftButton)


def test_2_3_rows_of_two_stores_stand_in_one_order_and_say_of_which_they_are(
    controller: SessionsController,
    context: Context,
    copy_sample: Any,
    open_store: OpenStore,
    catalogued: StoreFacts,
    in_worker: Any,
    qtbot: Any,
) -> None:
    """(2-case-3) a copy of a realm has the same ids and handles; both are listed, each in its own store."""
    other = open_store(copy_sample("meerkat/realm-0.6.24-rkat/realm"))
    in_worker(lambda: fill(context, other.key))
    controller.widget.resize(900, 3700)
    with qtbot.waitSignal(controller.session_activated):
        controller.show_scope(Scope((catalogued.key, other.key), View.ALL, "All"), frozenset())
    total = controller.model.session_count
    assert total > 66
    wait_for(controller, qtbot, total)
    changed = [summary.updated_at_ms or 0 for summary in seen(controller)]
    assert changed == sorted(changed, reverse=True)
    assert {summary.key.store for summary in seen(controller)} == {catalogued.key, other.key}
    assert {controller.model.index(line, 1).data() for line in range(total)} == {"atlas", "demo"}


def test_2_10_a_quiet_reload_keeps_scroll_selection_and_texts(
    controller: SessionsController, catalogued: StoreFacts, qtbot: Any
) -> None:
    controller.widget.resize(416, 600)
    show(controller, catalogued, qtbot)
    view = controller.pane.view
    view.select_also(((2, 4),))
    view.verticalScrollBar().setValue(46 * 20)
    qtbot.waitUntil(lambda: controller.model.row_at(25) is not None)
    before = [controller.model.index(line, 0).data() for line in range(20, 30)]
    texts: list[list[str]] = []
    controller.model.modelReset.connect(
        lambda: texts.append([controller.model.index(line, 0).data() for line in range(20, 30)])
    )
    with qtbot.assertNotEmitted(controller.session_activated), qtbot.waitSignal(controller.counted):
        controller.reload_keeping_place()
    assert view.verticalScrollBar().value() == 46 * 20
    assert view.selected_spans() == ((0, 1), (2, 3), (3, 4)) or view.selected_spans() == ((0, 1), (2, 4))
    assert texts == [before]


def test_2_3_several_selected_rows_stay_selected_in_another_order(
    controller: SessionsController, catalogued: StoreFacts, qtbot: Any
) -> None:
    show(controller, catalogued, qtbot)
    wait_for(controller, qtbot, 66)
    controller.pane.view.select_also(((5, 6), (9, 10)))
    before = {summary.key for summary in controller.selected()}
    assert len(before) == 3
    controller.sort(ListOrder(SortKey.SIZE))
    qtbot.waitUntil(lambda: controller.model.order.key is SortKey.SIZE and len(controller.selected()) == 3)
    assert {summary.key for summary in controller.selected()} == before


def test_2_2_pinned_rows_carry_a_badge(controller: SessionsController, catalogued: StoreFacts, qtbot: Any) -> None:
    first = show(controller, catalogued, qtbot)
    controller.show_pins(frozenset({SessionKey(catalogued.key, first.key.session_id)}))
    row = controller.model.row_at(0)
    assert row is not None
    assert [sign.word for sign in row.badges][:1] == ["Pinned"]


def test_a_store_that_cannot_be_read_any_more_keeps_its_rows_as_last_known_beside_those_of_the_others(
    controller: SessionsController,
    context: Context,
    copy_sample: Any,
    open_store: OpenStore,
    catalogued: StoreFacts,
    in_worker: Any,
    qtbot: Any,
) -> None:
    """(2-case-1, 2-case-2)"""
    other = open_store(copy_sample("meerkat/realm-0.6.24-rkat/realm"))
    in_worker(lambda: fill(context, other.key))
    handles = in_worker(lambda: context.lists.listed(ListWant((other.key,)), CancelToken())).handles
    before = in_worker(lambda: context.library.backend(other.key).summaries(handles, CancelToken()))
    in_worker(lambda: context.library.close(other.key))
    errors: list[object] = []
    controller.failed.connect(errors.append)
    controller.show_scope(Scope((catalogued.key, other.key), View.ALL, "All"), frozenset())
    qtbot.waitUntil(lambda: len(seen(controller)) == 66 + len(before))
    kept = {summary.key: summary.title for summary in seen(controller) if summary.key.store == other.key}
    assert kept == {summary.key: summary.title for summary in before}
    assert errors == []


def test_2_3_a_filter_that_was_cancelled_leaves_the_box_saying_what_is_shown(
    controller: SessionsController, catalogued: StoreFacts, context: Context, qtbot: Any
) -> None:
    given_up: list[frozenset[Choice]] = []
    controller.narrowing_given_up.connect(given_up.append)
    show(controller, catalogued, qtbot)
    wait_for(controller, qtbot, 66)
    controller.pane.bar.field.setText("no such thing")
    context.jobs.cancel_all()
    qtbot.waitUntil(lambda: controller.pane.bar.field.text() == "")
    controller.show_scope(Scope((catalogued.key,), View.ALL, catalogued.name, True), frozenset({CHOICE}))
    context.jobs.cancel_all()
    qtbot.waitUntil(lambda: given_up == [frozenset()])
    assert controller.model.session_count == 66


def test_2_3_where_nothing_is_left_nothing_is_selected(
    controller: SessionsController, catalogued: StoreFacts, qtbot: Any
) -> None:
    show(controller, catalogued, qtbot)
    wait_for(controller, qtbot, 66)
    with qtbot.waitSignal(controller.selection_changed, check_params_cb=lambda count: count == 0):
        controller.pane.bar.field.setText("no such thing")
    assert controller.selected() == ()


def test_2_3_rows_that_a_slow_filter_will_replace_are_shown_as_old(
    controller: SessionsController, catalogued: StoreFacts, context: Context, qtbot: Any
) -> None:
    show(controller, catalogued, qtbot)
    wait_for(controller, qtbot, 66)
    release = threading.Event()
    for _ in range(8):
        context.jobs.run(Query("Held", lambda _token: release.wait(20)), lambda _done: None, lambda _error: None)
    controller.pane.bar.field.setText("no such thing")
    qtbot.waitUntil(lambda: controller.pane.view.itemDelegate().is_stale)
    release.set()
    wait_for(controller, qtbot, 0)
    assert not controller.pane.view.itemDelegate().is_stale
