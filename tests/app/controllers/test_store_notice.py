"""A store that is newer than known, or half migrated, says so above its list, in Info and in the library (3.1)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.bootstrap import Program
from app.commands import ActionId
from app.models.library_model import Badge
from app.models.roles import ACCESSIBLE_TEXT, ROW, TOOL_TIP

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HALF = "meerkat/realm-0.6.24-bridged-by-0.9.8"


@pytest.fixture
def newer(copy_sample: Callable[[str], Path], in_worker: Any) -> Path:
    """A real realm whose ledger says that a release wrote it which nobody knows yet."""
    realm = copy_sample("meerkat/realm-0.8.10")
    (database,) = realm.rglob("sessions.sqlite3")

    def work() -> None:
        with closing(sqlite3.connect(database)) as plain, plain:
            plain.execute("UPDATE meerkat_schema SET version = 77 WHERE domain = 'session-store'")

    in_worker(work)
    return database


def badge(program: Program) -> tuple[Badge | None, str, str]:
    model = program.controller.library.model
    index = model.index_of(model.stores()[0].key)
    return index.data(ROW).badge, index.data(TOOL_TIP), index.data(ACCESSIBLE_TEXT)


def test_3_1_a_newer_store_is_read_has_a_banner_and_is_never_writable(
    qtbot: QtBot, show_program: Callable[..., Program], newer: Path
) -> None:
    program = show_program(newer)
    window, (facts,) = program.controller.window, program.controller.library.model.stores()
    assert window.store_band.isVisible()
    assert "newer" in window.store_band.text()
    assert "never written" in window.store_band.text()
    assert not facts.is_writable
    assert facts.session_count
    found, tip, spoken = badge(program)
    assert found is Badge.NEWER
    assert "Newer than known" in spoken
    assert "never written" in tip
    program.controller.page.show_info()
    info = program.controller.page.page.info
    qtbot.waitUntil(
        lambda: any("newer than every Meerkat" in label.text() for label in info.findChildren(QLabel)), timeout=10_000
    )


def test_3_1_a_half_migrated_store_has_a_banner_whose_button_checks_it(
    qtbot: QtBot, show_program: Callable[..., Program], copy_sample: Callable[[str], Path]
) -> None:
    program = show_program(copy_sample(HALF))
    controller = program.controller
    half = next(facts for facts in controller.library.model.stores() if facts.faults)
    controller.library.choose(half.key)
    qtbot.waitUntil(lambda: controller.library.current == half)
    assert "half-way" in controller.window.store_band.text()
    assert controller.window.store_band.text().endswith("The store is read only.")
    controller.window.store_band.action_asked.emit()
    window = controller.checks.window_of(half.key)
    assert window is not None
    qtbot.waitUntil(lambda: not window.is_running, timeout=10_000)
    window.close()


def test_3_1_the_banner_goes_with_its_store(
    qtbot: QtBot, show_program: Callable[..., Program], newer: Path, copy_sample: Callable[[str], Path]
) -> None:
    program = show_program(newer, copy_sample("meerkat/realm-0.6.24-rich"))
    controller = program.controller
    for facts in controller.library.model.stores():
        controller.library.choose(facts.key)
        qtbot.waitUntil(lambda facts=facts: controller.library.current == facts)
        assert controller.window.store_band.isVisible() is bool(facts.faults)
    controller.window.actions_of.by_id[ActionId.VIEW_ALL].trigger()
    qtbot.waitUntil(lambda: not controller.window.store_band.isVisible())
