"""The window as a whole on real stores: opening, remembering, reloading, theme, zoom, ending (1.2, 1.3, 1.8)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QPalette
from PySide6.QtWidgets import QLabel

from app.commands import ActionId
from app.menus import LIBRARY_MENU
from app.settings import RecentPlace, Settings, ThemeChoice, read_settings
from store.values.listing import ListOrder
from store.values.session import SortKey
from store.values.store import StoreKind

RICH = "meerkat/realm-0.6.24-rich"
RKAT = "meerkat/realm-0.6.24-rkat"


def shown_title(program) -> str:
    summary = program.controller.page.shown
    return "" if summary is None else summary.title


def wait_for_session(qtbot, program) -> None:
    qtbot.waitUntil(lambda: program.controller.page.shown is not None, timeout=10_000)
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)


def stores(program) -> list[str]:
    return [facts.name for facts in program.controller.library.model.stores()]


def main_file(realm: Path) -> Path:
    (found,) = realm.rglob("sessions.sqlite3")
    return found


def first_id(sessions) -> str:
    row = sessions.model.row_at(0)
    return "" if row is None else row.summary.key.session_id


def trigger(program, name: ActionId) -> None:
    program.controller.window.actions_of.by_id[name].trigger()


def test_1_2_without_any_store_the_start_page_is_shown_with_the_keyboard_on_open(show_program) -> None:
    program = show_program()
    window = program.controller.window
    assert window.has_start
    assert window.start_page.open_button.hasFocus()
    assert window.status.left_text() == "No store open"
    assert not window.actions_of.by_id[ActionId.RELOAD].isEnabled()


def test_1_2_a_recent_place_opens(qtbot, show_program, copy_sample) -> None:
    realm = copy_sample(RICH)
    program = show_program(settings=Settings(recent=(RecentPlace(str(realm), "atlas", 1_700_000_000_000),)))
    (row,) = program.controller.window.start_page.recent_rows()
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    wait_for_session(qtbot, program)
    assert program.controller.window.has_panes


def test_1_2_the_demo_library_is_made_and_opened(qtbot, show_program) -> None:
    program = show_program()
    qtbot.mouseClick(program.controller.window.start_page.demo_button, Qt.MouseButton.LeftButton)
    wait_for_session(qtbot, program)
    facts = program.controller.library.current
    assert facts.is_open
    assert facts.session_count > 100
    assert Path(facts.key.path).is_relative_to(program.context.paths.demo)
    assert program.context.settings.current.recent == ()


@pytest.mark.parametrize(
    ("name", "count"),
    [
        (f"{RICH}/sessions.sqlite3", 1),
        (RICH, 1),
        ("meerkat/realm-0.7.5", 1),
        ("meerkat/v0_8_8_slim_session.json", 1),
    ],
)
def test_1_3_a_file_a_document_a_realm_and_a_folder_open_and_their_folder_stays_as_it_was(
    qtbot, show_program, copy_sample, untouched, in_worker, name, count
) -> None:
    path = copy_sample(name.removesuffix("/sessions.sqlite3"))
    path = main_file(path) if name.endswith(".sqlite3") else path
    folder = path if path.is_dir() else path.parent
    guard = untouched(folder)
    in_worker(guard.__enter__)
    program = show_program(path)
    wait_for_session(qtbot, program)
    program.shutdown()
    in_worker(lambda: guard.__exit__(None, None, None))
    assert len(stores(program)) >= count


def test_1_3_what_is_dropped_on_the_window_opens_beside_what_is_open(qtbot, show_program, copy_sample) -> None:
    program = show_program(copy_sample(RICH))
    wait_for_session(qtbot, program)
    dropped = copy_sample(RKAT)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(dropped)), QUrl("http://example.invalid/x")])
    actions, buttons = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    drop = QDropEvent(QPointF(50, 50), actions, data, buttons, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(program.controller.opening.opened):
        program.controller.window.dropEvent(drop)
    assert len(stores(program)) == 2
    assert program.controller.library.current.key.path.startswith(os.path.realpath(dropped))


def test_1_3_window_store_and_session_are_remembered(
    qtbot, show_program, build_program, copy_sample, in_worker
) -> None:
    realm, other = copy_sample(RICH), copy_sample(RKAT)
    program = show_program(realm, other)
    wait_for_session(qtbot, program)
    second = program.controller.library.model.stores()[1]
    program.controller.library.choose(second.key)
    qtbot.waitUntil(lambda: program.controller.page.shown.key.store == second.key)
    program.controller.sessions._pane.view.choose_row(1)
    qtbot.keyClick(program.controller.sessions._pane.view, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: program.context.settings.current.session_of(second.key.path) is not None)
    qtbot.waitUntil(lambda: program.context.jobs.idle())
    chosen = program.controller.page.shown.key
    program.controller.sessions.sort(ListOrder(SortKey.CREATED, is_descending=False))
    program.controller.window.resize(1111, 777)
    trigger(program, ActionId.SHOW_LIBRARY)
    program.controller.window.close()
    program.shutdown()
    settings = in_worker(lambda: read_settings(program.context.paths.settings_file))
    again = show_program(settings=settings)
    wait_for_session(qtbot, again)
    assert again.controller.page.shown.key == chosen
    assert len(stores(again)) == 2
    assert again.controller.sessions.order == ListOrder(SortKey.CREATED, is_descending=False)
    assert again.controller.window.size().toTuple() == (1111, 777)
    assert again.controller.library.view.isHidden()
    assert [place.path for place in settings.recent] == [str(other), str(realm)]


def test_1_3_the_session_asked_for_by_the_beginning_of_its_id_is_shown(qtbot, show_program, copy_sample) -> None:
    realm = copy_sample(RICH)
    first = show_program(realm)
    wait_for_session(qtbot, first)
    wanted = first.controller.sessions.model.row_at(3).summary.key.session_id
    first.shutdown()
    program = show_program(realm, session=wanted[:-2])
    wait_for_session(qtbot, program)
    assert program.controller.page.shown.key.session_id == wanted
    assert program.controller.failure is None


@pytest.mark.parametrize("is_there", [False, True])
def test_a_path_that_cannot_be_opened_is_a_panel_that_says_why_and_can_be_tried_again(
    qtbot, show_program, copy_sample, tmp_path, in_worker, is_there
) -> None:
    path = tmp_path / "place"
    if is_there:
        in_worker(lambda: path.write_text("just text"))
    program = show_program(path)
    window = program.controller.window
    title, sentence, advice = window.error_panel.texts()
    assert title == "place cannot be opened"
    assert sentence
    assert advice
    qtbot.mouseClick(window.error_panel._copy, Qt.MouseButton.LeftButton)
    assert str(path) in QGuiApplication.clipboard().text()
    in_worker(lambda: path.unlink(missing_ok=True))
    in_worker(lambda: shutil.copytree(copy_sample(RICH), path))
    qtbot.mouseClick(window.error_panel._again, Qt.MouseButton.LeftButton)
    wait_for_session(qtbot, program)
    assert [facts.kind for facts in program.controller.library.model.stores()] == [StoreKind.MEERKAT]
    assert program.context.settings.current.open_paths == (str(path),)


def test_1_8_f5_reads_a_changed_store_again_and_keeps_the_session(qtbot, show_program, copy_sample, in_worker) -> None:
    realm = copy_sample(RICH)
    program = show_program(realm)
    wait_for_session(qtbot, program)
    window, sessions = program.controller.window, program.controller.sessions
    qtbot.keyClick(sessions._pane.view, Qt.Key.Key_Down)
    qtbot.keyClick(sessions._pane.view, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: sessions.chosen() is not None)
    qtbot.waitUntil(lambda: program.controller.page.shown.key == sessions.chosen().key)
    chosen = sessions.chosen().key
    assert window.band.isHidden()

    def touch_another() -> str:
        connection = sqlite3.connect(main_file(realm))
        (other,) = connection.execute(
            "SELECT min(session_id) FROM sessions WHERE session_id <> ?", (chosen.session_id,)
        ).fetchone()
        connection.execute("UPDATE sessions SET updated_at_ms = updated_at_ms * 2 WHERE session_id = ?", (other,))
        connection.commit()
        connection.close()
        return other

    program.controller.following.watch(False)
    other = in_worker(touch_another)
    qtbot.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: first_id(sessions) == other, timeout=5000)
    qtbot.waitUntil(lambda: program.context.jobs.idle())
    assert program.controller.page.shown.key == chosen
    assert sessions.chosen().key == chosen


def test_1_8_theme_and_zoom_reach_the_whole_window_and_are_remembered(qtbot, show_program, copy_sample, qapp) -> None:
    program = show_program(copy_sample(RICH), settings=Settings(theme=ThemeChoice.LIGHT))
    wait_for_session(qtbot, program)
    window = program.controller.window
    before = window.status.height()
    trigger(program, ActionId.THEME_DARK)
    trigger(program, ActionId.ZOOM_IN)
    trigger(program, ActionId.ZOOM_IN)
    assert qapp.palette().color(QPalette.ColorRole.Window).lightness() < 64
    assert window.status.height() > before
    settings = program.context.settings.current
    assert (settings.theme, settings.zoom_percent) == (ThemeChoice.DARK, 125)
    trigger(program, ActionId.ZOOM_RESET)
    assert window.status.height() == before


@pytest.mark.parametrize("zoom_percent", [80, 200])
def test_1_8_at_any_zoom_the_window_fits_a_small_screen(qtbot, show_program, copy_sample, zoom_percent) -> None:
    program = show_program(copy_sample(RICH), settings=Settings(zoom_percent=zoom_percent))
    wait_for_session(qtbot, program)
    program.controller.window.resize(1024, 700)
    qtbot.waitUntil(lambda: program.controller.window.width() == 1024)
    assert sum(program.controller.window.panes.sizes()) <= 1024


def test_panes_are_reached_and_hidden_by_keyboard(qtbot, show_program, copy_sample) -> None:
    program = show_program(copy_sample(RICH))
    wait_for_session(qtbot, program)
    window, view = program.controller.window, program.controller.library.view
    sessions = program.controller.sessions.pane
    panes = [sessions.view, program.controller.page.widget, view.tree, sessions.bar]
    for pane in (*panes[1:], panes[0]):
        qtbot.keyClick(window, Qt.Key.Key_F6)
        focused = window.focusWidget()
        assert pane is focused or pane.isAncestorOf(focused) or pane.focusProxy() is focused
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert view.isHidden()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert not view.isHidden()


def test_a_click_on_the_chevron_of_a_kind_folds_it_and_chooses_nothing(qtbot, show_program, copy_sample) -> None:
    program = show_program(copy_sample(RICH))
    wait_for_session(qtbot, program)
    tree, model = program.controller.library.view.tree, program.controller.library.model
    kind = model.index(0, 0)
    at = QPoint(12, tree.visualRect(kind).center().y())
    height = tree.height()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert not tree.isExpanded(kind)
    assert tree.height() < height
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert tree.isExpanded(kind)
    assert program.controller.library.current is not None


def test_the_context_menu_offers_what_the_menu_bar_offers(qtbot, show_program, copy_sample) -> None:
    program = show_program(copy_sample(RICH))
    wait_for_session(qtbot, program)
    program.controller.library.view.menu_asked.emit(QPoint(10, 10))
    menu = QGuiApplication.instance().activePopupWidget()
    assert [a for a in menu.actions() if not a.isSeparator()] == [
        program.controller.window.actions_of.by_id[name] for name in LIBRARY_MENU if isinstance(name, ActionId)
    ]
    assert {ActionId.RELOAD, ActionId.CLOSE_STORE, ActionId.COPY_STORE_PATH, ActionId.OPEN} <= set(LIBRARY_MENU)
    menu.close()


def test_2_7_a_message_offers_what_the_menu_bar_offers_for_the_transcript(qtbot, show_program, copy_sample) -> None:
    program = show_program(copy_sample(RICH))
    wait_for_session(qtbot, program)
    window, view = program.controller.window, program.controller.transcript.view
    view.menu_wanted.emit(0, QPoint(10, 10), "")
    menu = QGuiApplication.instance().activePopupWidget()
    wanted = {ActionId.FIND, ActionId.FOLD_ALL, ActionId.UNFOLD_ALL, ActionId.PROMPTS_AND_ANSWERS}
    assert {window.actions_of.by_id[name] for name in wanted} <= set(menu.actions())
    assert "Copy Message" in [action.text() for action in menu.actions()]
    menu.close()


def test_2_3_select_all_in_the_list_leaves_the_transcript_alone(qtbot, show_program, copy_sample) -> None:
    program = show_program(copy_sample(RICH))
    wait_for_session(qtbot, program)
    sessions, view = program.controller.sessions, program.controller.transcript.view
    sessions.pane.view.setFocus()
    trigger(program, ActionId.SELECT_ALL)
    assert len(sessions.selected()) > 1
    assert not view.selector.has_text
    view.setFocus()
    trigger(program, ActionId.SELECT_ALL)
    assert view.selector.has_text


def test_1_4_a_row_offers_its_id_and_title_and_the_view_menu_sorts_by_columns_that_are_hidden(
    qtbot, show_program, copy_sample
) -> None:
    program = show_program(copy_sample(RICH))
    wait_for_session(qtbot, program)
    sessions, window = program.controller.sessions, program.controller.window
    chosen = sessions.chosen()
    sessions.row_menu_asked.emit(QPoint(10, 10))
    menu = QGuiApplication.instance().activePopupWidget()
    assert [action.text() for action in menu.actions() if not action.isSeparator()] == [
        "&Pin", "Re&name…", "Not&e…", "Ar&chive…", "Re&store…", "Hi&de Here…", "Show A&gain…", "&Labels…",
        "Delete &for Good…", "Cop&y to a Working Store…", "Copy Session &Id", "Copy Session &Title",
        "Copy Store Pat&h", "Show in File &Manager", "&Reload",
    ]  # fmt: skip
    menu.close()
    trigger(program, ActionId.COPY_SESSION_ID)
    assert QGuiApplication.clipboard().text() == chosen.key.session_id
    trigger(program, ActionId.COPY_SESSION_TITLE)
    assert QGuiApplication.clipboard().text() == chosen.title
    trigger(program, ActionId.SORT_CREATED)
    assert sessions.order == ListOrder(SortKey.CREATED, is_descending=True)
    trigger(program, ActionId.SORT_DESCENDING)
    assert sessions.order == ListOrder(SortKey.CREATED, is_descending=False)
    assert not window.actions_of.by_id[ActionId.SORT_DESCENDING].isChecked()
    sessions.sort(ListOrder(SortKey.TOKENS, is_descending=True))
    assert window.actions_of.by_id[ActionId.SORT_TOKENS].isChecked()
    assert not window.actions_of.by_id[ActionId.SORT_CREATED].isChecked()
    qtbot.waitUntil(program.context.jobs.idle)
    assert sessions.chosen().key == chosen.key


def test_open_asks_with_a_dialog_that_does_not_stop_the_program(qtbot, show_program, copy_sample) -> None:
    program = show_program()
    trigger(program, ActionId.OPEN)
    chooser = program.controller.actions.chooser
    qtbot.waitUntil(lambda: chooser.dialog is not None and chooser.dialog.isVisible())
    trigger(program, ActionId.OPEN_FOLDER)
    chooser.dialog.reject()
    qtbot.waitUntil(lambda: chooser.dialog is None)
    with qtbot.waitSignal(program.controller.opening.opened):
        chooser.chosen.emit((str(copy_sample(RICH)),))


def test_B3_what_takes_long_shows_a_count_and_esc_cancels_it(qtbot, show_program, monkeypatch) -> None:
    from app.jobs import Query

    program, told = show_program(), threading.Event()
    answers: list[object] = []

    def work(token) -> None:
        while not told.wait(0.01):
            token.report(61_200, 100_000, "Reading transcript", "messages")
            token.check()

    handle = program.context.jobs.run(Query("Reading transcript", work), answers.append, answers.append)
    status, window = program.controller.window.status, program.controller.window
    qtbot.waitUntil(lambda: "61,200 of 100,000 messages" in status.progress_text(), timeout=5000)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: handle.is_over, timeout=5000)
    qtbot.waitUntil(lambda: status.progress_text() == "", timeout=5000)
    assert answers == []
    assert not window.actions_of.by_id[ActionId.CANCEL].isEnabled()


def test_B3_opening_can_be_cancelled_and_leads_back_to_the_start_page(qtbot, show_program, in_worker, tmp_path) -> None:
    program = show_program()
    in_worker(lambda: [(tmp_path / f"d{n}").mkdir() for n in range(50)])
    program.controller.open_paths((str(tmp_path),))
    program.context.jobs.cancel_all()
    qtbot.waitUntil(lambda: program.controller.window.has_start, timeout=5000)
    assert stores(program) == []


def test_B9_an_uncaught_error_is_a_sheet_and_the_window_lives_on(qtbot, show_program, started) -> None:
    started.are_errors_wanted = True
    program = show_program()
    program.uncaught.report(RuntimeError("a defect"))
    window = program.controller.window
    from app.views.error_sheet import ErrorSheet

    qtbot.waitUntil(lambda: window.findChild(ErrorSheet) is not None)
    sheet = window.findChild(ErrorSheet)
    qtbot.mouseClick(sheet._copy, Qt.MouseButton.LeftButton)
    assert "RuntimeError: a defect" in QGuiApplication.clipboard().text()
    sheet.close()
    assert window.isVisible()


def test_B3_the_program_ends_in_one_order_while_everything_runs(qtbot, show_program, copy_sample, in_worker) -> None:
    program = show_program(copy_sample("meerkat/realm-0.6.24-live-wal"))
    scratch = program.context.paths.scratch
    assert in_worker(lambda: any(scratch.iterdir()))
    program.context.settings.update(zoom_percent=110)
    trigger(program, ActionId.RELOAD)
    program.shutdown()
    program.shutdown()
    assert program.is_clean
    assert not in_worker(lambda: any(scratch.iterdir()))
    assert in_worker(lambda: read_settings(program.context.paths.settings_file)).zoom_percent == 110
    assert [t.name for t in threading.enumerate() if t.name.startswith(("burrow-", "log-"))] == []
    log = in_worker(lambda: program.context.paths.log_file.read_text("utf-8"))
    assert log.rstrip().endswith("ended")


def test_2_2_where_a_list_is_empty_the_page_asks_nobody_to_choose_from_it(show_program, copy_sample, qtbot) -> None:
    program = show_program(copy_sample("meerkat/realm-0.7.28/bootstrap-only"))
    controller = program.controller
    qtbot.waitUntil(lambda: "0 sessions" in controller.window.status.left_text())
    qtbot.waitUntil(lambda: controller._page is not None)
    labels = [label.text() for label in controller.page.widget.findChildren(QLabel) if label.isVisible()]
    assert not any("Choose one in the list" in text for text in labels)
