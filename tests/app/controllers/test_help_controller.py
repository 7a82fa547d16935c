"""Shortcuts page, About, diagnostics, places of stores (2.11) in the running program."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QAccessible, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from app.commands import ACTIONS, ActionId
from app.views.link_dialog import LinkDialog
from store import VERSION

RICH = "meerkat/realm-0.6.24-rich"


class Opened(QObject):
    """Takes the place of the system's file manager and browser."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.urls.append(url.toString())


@pytest.fixture
def opened_urls(qapp):
    taken = Opened()
    for scheme in ("file", "https"):
        QDesktopServices.setUrlHandler(scheme, taken, "take")
    yield taken.urls
    for scheme in ("file", "https"):
        QDesktopServices.unsetUrlHandler(scheme)


def trigger(program, name: ActionId) -> None:
    program.controller.window.actions_of.by_id[name].trigger()


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def test_2_11_f1_shows_all_keys_to_find_and_to_copy(qtbot, show_program) -> None:
    program = show_program()
    qtbot.keyClick(program.controller.window, Qt.Key.Key_F1)
    page = program.controller.help.page
    assert page is not None
    keys = {key for line in page.lines() for key in line.keys}
    assert keys >= {key for spec in ACTIONS.values() for key in spec.shortcuts}
    page.field.setText("preferences")
    assert [line.words for line in page.lines()] == ["File", "Preferences"]
    page.copy_asked.emit()
    assert clipboard() == "File\n  Ctrl+,  Preferences\n"
    qtbot.keyClick(page.field, Qt.Key.Key_Escape)
    assert not page.isVisible()


def test_2_11_about_says_the_versions_names_the_lgpl_and_has_every_licence(qtbot, show_program) -> None:
    program = show_program()
    trigger(program, ActionId.ABOUT)
    about = program.controller.help.about
    qtbot.waitUntil(lambda: about.names.count() > 8)
    titles = [about.names.item(row).text() for row in range(about.names.count())]
    about.names.setCurrentRow(titles.index("Qt, PySide6 and Shiboken (LGPL 3)"))
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in about.text.toPlainText()
    about.copy_asked.emit()
    assert clipboard().startswith(f"Burrow {VERSION}\nQt 6.")
    about.close()


def test_2_11_a_link_of_about_shows_its_target_and_asks_before_it_opens(qtbot, show_program, opened_urls) -> None:
    program = show_program()
    trigger(program, ActionId.ABOUT)
    about = program.controller.help.about
    about.link_asked.emit("https://download.qt.io/")
    assert opened_urls == []
    (dialog,) = about.findChildren(LinkDialog)
    dialog.open_asked.emit("https://download.qt.io/")
    assert opened_urls == ["https://download.qt.io/"]
    dialog.close()
    about.close()
    qtbot.waitUntil(program.context.jobs.idle)


def test_2_11_diagnostics_hold_versions_and_counts_and_no_title_id_or_path_of_a_store(
    qtbot, show_program, copy_sample
) -> None:
    realm = copy_sample(RICH)
    program = show_program(realm)
    trigger(program, ActionId.COPY_DIAGNOSTICS)
    text = clipboard()
    assert f"Burrow    {VERSION}" in text
    assert "meerkat, S-0.6, unchanged-file, 66 sessions" in text
    assert realm.name not in text
    chosen = program.controller.sessions.chosen()
    assert chosen.title not in text
    assert chosen.key.session_id not in text


def test_2_11_the_path_of_the_store_is_copied_and_its_folder_shown(
    qtbot, show_program, copy_sample, opened_urls
) -> None:
    realm = copy_sample(RICH)
    program = show_program(realm)
    trigger(program, ActionId.COPY_STORE_PATH)
    assert clipboard() == str(realm / "atlas" / "sessions.sqlite3")
    trigger(program, ActionId.SHOW_IN_FOLDER)
    assert opened_urls == [QUrl.fromLocalFile(str(realm / "atlas")).toString()]


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_2_11_a_file_manager_that_cannot_be_started_is_said(qtbot, show_program, copy_sample) -> None:
    program = show_program(copy_sample(RICH))
    with qtbot.waitSignal(program.controller.help.failed) as failed:
        trigger(program, ActionId.SHOW_IN_FOLDER)
    assert "file manager" in str(failed.args[0])


def test_2_12_about_and_the_shortcuts_page_are_walked_through_by_tab_and_every_stop_has_a_name(
    qtbot, show_program
) -> None:
    program = show_program()
    trigger(program, ActionId.ABOUT)
    trigger(program, ActionId.SHORTCUTS)
    about, page = program.controller.help.about, program.controller.help.page
    qtbot.waitUntil(lambda: about.names.count() > 8)
    for window, wanted in ((about, {about.names, about.text}), (page, {page.field, page.view})):
        reached: list[QWidget] = []
        while (focused := window.focusWidget()) not in reached:
            reached.append(focused)
            qtbot.keyClick(focused, Qt.Key.Key_Tab)
        assert set(reached) >= wanted
        for control in reached:
            assert QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name), control
        window.close()
