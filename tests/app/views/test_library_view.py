"""The library pane by mouse and keyboard: rows, boxes, bars, chooser, folding; its words for screen readers (2.2)."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from app.look.look import Look
from app.look.tokens import Density, Theme, TypeUse
from app.models.library_model import LibraryModel
from app.views.library_tree import elided_name
from app.views.library_view import LibraryView
from store.values.listing import Choice, Counts, Facet, FacetValue, ListWant, View
from store.values.store import Access, StoreFacts, StoreKey, StoreKind

# What the platform without a screen says when a window has a least size or is raised; no other platform does.
pytestmark = pytest.mark.qt_log_ignore(
    r"propagateSizeHints\(\)", r"does not support raise\(\)", r"does not support grabbing the keyboard"
)

STORES = tuple(
    StoreFacts(
        key=StoreKey(f"/realms/{name}/sessions.sqlite3"),
        name=name,
        file_name="sessions.sqlite3",
        kind=StoreKind.MEERKAT,
        generation="S-0.6",
        access=Access.UNCHANGED_FILE,
        why="The file is closed and is read as it is.",
        is_writable=True,
        session_count=40,
    )
    for name in ("handover", "orchard")
)
DAYS = tuple(FacetValue(f"2026-08-{day:02}", day) for day in range(1, 11))
FACETS = {
    Facet.MODEL: (FacetValue("opus", 30), FacetValue("gpt", 10)),
    Facet.LABEL: tuple(FacetValue(f"project={number}", 500 - number) for number in range(400)),
    Facet.DAY: DAYS,
}


def counts_of(facets=FACETS) -> Counts:
    sizes = {facet: len(values) for facet, values in facets.items()}
    return Counts(ListWant(()), dict.fromkeys(View, 40), facets, sizes, 40, 40)


@pytest.fixture
def look(qapp):
    return Look(Theme.LIGHT)


@pytest.fixture
def view(qtbot, look):
    model = LibraryModel()
    made = LibraryView(look, model)
    made.model = model
    qtbot.addWidget(made)
    model.put(STORES)
    made.show_facets(counts_of())
    made.resize(204, 760)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def click_row(qtbot, listed, row: int) -> None:
    at = listed.visualRect(listed.model().index(row, 0)).center()
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_2_2_stores_kinds_and_views_share_one_selection(qtbot, view) -> None:
    kind = view.model.index_of(StoreKind.MEERKAT)
    at = view.tree.visualRect(kind)
    with qtbot.waitSignal(view.picked) as picked:
        qtbot.mouseClick(view.tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, at.center().y()))
    assert picked.args[0] is StoreKind.MEERKAT
    with qtbot.waitSignal(view.picked) as picked:
        click_row(qtbot, view.views, 3)
    assert picked.args[0] is View.PINNED
    assert not view.tree.selectionModel().hasSelection()
    with qtbot.waitSignal(view.picked) as picked:
        view.choose(STORES[1].key)
    assert picked.args[0] == STORES[1].key
    assert not view.views.selectionModel().hasSelection()


def test_2_2_a_click_on_a_value_asks_for_it_and_a_click_on_a_chosen_one_gives_it_up(qtbot, view) -> None:
    section = view.facets[Facet.MODEL]
    with qtbot.waitSignal(view.facet_chosen) as chosen:
        click_row(qtbot, section.list, 1)
    assert chosen.args == [Facet.MODEL, frozenset({"gpt"})]
    view.show_choices(frozenset({Choice(Facet.MODEL, "gpt")}))
    assert section.head.clear_button.isVisible()
    with qtbot.waitSignal(view.facet_chosen) as chosen:
        click_row(qtbot, section.list, 0)
    assert chosen.args[1] == frozenset({"gpt", "opus"})
    with qtbot.waitSignal(view.facet_chosen) as chosen:
        click_row(qtbot, section.list, 1)
    assert chosen.args[1] == frozenset()
    with qtbot.waitSignal(view.facet_chosen) as chosen:
        section.head.clear_button.click()
    assert chosen.args == [Facet.MODEL, frozenset()]


def test_2_2_everything_is_reached_by_tab_and_used_by_space_and_enter(qtbot, view) -> None:
    view.tree.setFocus(Qt.FocusReason.TabFocusReason)
    reached = []
    for _ in range(30):
        reached.append(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    parts = [view.tree, view.views, view.facets[Facet.MODEL].list, view.facets[Facet.LABEL].list]
    heads = [view.facets[facet].head.button for facet in (Facet.MODEL, Facet.LABEL, Facet.DAY)]
    assert {*parts, *heads, view.facets[Facet.DAY].bars} <= set(reached)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
        view.facets[Facet.MODEL].list.setFocus(Qt.FocusReason.TabFocusReason)
        with qtbot.waitSignal(view.facet_chosen) as chosen:
            qtbot.keyClick(view.facets[Facet.MODEL].list, key)
        assert chosen.args == [Facet.MODEL, frozenset({"opus"})]


def test_2_2_the_keyboard_is_always_seen_in_a_pane_that_is_too_low(qtbot, view) -> None:
    view.resize(204, 200)
    bars = view.facets[Facet.DAY].bars
    assert bars.visibleRegion().isEmpty()
    bars.setFocus(Qt.FocusReason.TabFocusReason)
    assert not bars.visibleRegion().isEmpty()
    view.views.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(5):
        qtbot.keyClick(view.views, Qt.Key.Key_Down)
    row = view.views.visualRect(view.views.currentIndex())
    assert view.views.viewport().visibleRegion().contains(row.center())


def test_2_2_days_are_chosen_by_click_drag_and_control_click(qtbot, view) -> None:
    bars = view.facets[Facet.DAY].bars
    view._scroll.ensureWidgetVisible(bars)

    def place(number: int) -> QPoint:
        return bars.bar_rect(number).center()

    with qtbot.waitSignal(bars.chosen) as chosen:
        qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=place(2))
    assert chosen.args[0] == {"2026-08-03"}
    with qtbot.waitSignal(bars.chosen) as chosen:
        qtbot.mousePress(bars, Qt.MouseButton.LeftButton, pos=place(6))
        qtbot.mouseMove(bars, place(4))
        qtbot.mouseRelease(bars, Qt.MouseButton.LeftButton, pos=place(4))
    assert chosen.args[0] == {"2026-08-05", "2026-08-06", "2026-08-07"}
    view.show_choices(frozenset({Choice(Facet.DAY, "2026-08-03")}))
    with qtbot.waitSignal(bars.chosen) as chosen:
        control = Qt.KeyboardModifier.ControlModifier
        qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, control, place(9))
    assert chosen.args[0] == {"2026-08-03", "2026-08-10"}
    with qtbot.waitSignal(bars.chosen) as chosen:
        qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=place(2))
    assert chosen.args[0] == frozenset()


def test_2_2_days_are_chosen_by_keyboard_and_said_to_screen_readers(qtbot, view) -> None:
    bars = view.facets[Facet.DAY].bars
    bars.setFocus(Qt.FocusReason.TabFocusReason)
    assert bars.accessibleName() == "Days of the last change: Mon 10 Aug 2026, 10 sessions"
    qtbot.keyClick(bars, Qt.Key.Key_Left)
    assert QAccessible.queryAccessibleInterface(bars).text(QAccessible.Text.Name).endswith("9 Aug 2026, 9 sessions")
    with qtbot.waitSignal(bars.chosen) as chosen:
        qtbot.keyClick(bars, Qt.Key.Key_Space)
    assert chosen.args[0] == {"2026-08-09"}
    with qtbot.waitSignal(bars.chosen) as chosen:
        qtbot.keyClick(bars, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert chosen.args[0] == {"2026-08-08", "2026-08-09"}
    view.show_choices(frozenset({Choice(Facet.DAY, "2026-08-08")}))
    assert bars.accessibleName().endswith("8 sessions, chosen")


def test_2_case_5_of_400_labels_all_are_found_in_the_chooser(qtbot, view) -> None:
    section = view.facets[Facet.LABEL]
    last = section.list.model().rowCount() - 1
    assert section.list.model().index(last).data() == "All 400 labels…"
    click_row(qtbot, section.list, last)
    chooser = QApplication.activePopupWidget()
    assert chooser.list.model().rowCount() == 400
    qtbot.keyClicks(chooser.field, "399")
    assert chooser.list.model().rowCount() == 1
    qtbot.keyClick(chooser.field, Qt.Key.Key_Down)
    with qtbot.waitSignal(view.facet_chosen) as chosen:
        qtbot.keyClick(chooser.list, Qt.Key.Key_Space)
    assert chosen.args == [Facet.LABEL, frozenset({"project=399"})]
    view.show_choices(frozenset({Choice(Facet.LABEL, "project=399")}))
    assert chooser.list.model().index(0).data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    qtbot.keyClick(chooser, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)


def test_2_2_sections_and_kinds_that_are_folded_are_remembered(qtbot, view) -> None:
    with qtbot.waitSignal(view.folded) as folded:
        view.facets[Facet.MODEL].head.button.click()
    assert folded.args[0] == ("model",)
    assert not view.facets[Facet.MODEL].list.isVisible()
    with qtbot.waitSignal(view.folded) as folded:
        view.tree.collapse(view.model.index_of(StoreKind.MEERKAT))
    assert folded.args[0] == ("meerkat", "model")
    view.set_folded(("day", "views"))
    assert view.facets[Facet.MODEL].list.isVisible()
    assert not view.facets[Facet.DAY].bars.isVisible()
    assert not view.views.isVisible()
    assert view.tree.isExpanded(view.model.index_of(StoreKind.MEERKAT))


def test_2_2_a_facet_without_anything_to_choose_is_not_shown(view) -> None:
    assert not view.facets[Facet.PROVIDER].isVisible()
    view.show_facets(counts_of({Facet.PROVIDER: (FacetValue("", 40),)}))
    assert not view.facets[Facet.PROVIDER].isVisible()
    view.show_facets(counts_of({Facet.PROVIDER: (FacetValue("anthropic", 39), FacetValue("", 1))}))
    assert view.facets[Facet.PROVIDER].isVisible()


@pytest.mark.parametrize("density", list(Density))
@pytest.mark.parametrize("zoom_percent", [80, 100, 200])
def test_2_8_rows_are_as_high_as_the_density_says_at_every_zoom(qtbot, view, density, zoom_percent) -> None:
    look = Look(Theme.DARK, zoom_percent, density)
    view.set_look(look)
    assert view.tree.height() == 3 * look.tree_row_px
    assert view.views.height() == 6 * look.tree_row_px
    assert view.facets[Facet.MODEL].list.sizeHintForRow(0) == look.tree_row_px
    view.grab()


def test_a_name_keeps_what_tells_it_apart_for_as_long_as_there_is_room(look) -> None:
    def shown(width_px: float) -> str:
        return elided_name(look, TypeUse.BODY, "a long name of a store – realm-12", int(width_px))

    width = look.metrics(TypeUse.BODY).horizontalAdvance
    assert shown(1000) == "a long name of a store – realm-12"
    assert shown(width("a long… – realm-12")).endswith("… – realm-12")
    assert shown(width("realm-12") + 2) == "realm-12"
    assert "…" in shown(width("realm"))
    names = {elided_name(look, TypeUse.BODY, f"realm-with-a-long-name-{n}", int(width("realm-with"))) for n in (28, 29)}
    assert len(names) == 2


def test_2_2_numbers_of_a_catalogue_that_is_not_complete_say_of_how_many_sessions_they_are(view) -> None:
    partly = counts_of()
    view.show_facets(Counts(partly.want, partly.views, partly.facets, partly.value_counts, known=412, total=1000))
    assert view.facets[Facet.MODEL].head.button.accessibleName() == "Model, 412 of 1,000"
    view.show_facets(partly)
    assert view.facets[Facet.MODEL].head.button.accessibleName() == "Model"
