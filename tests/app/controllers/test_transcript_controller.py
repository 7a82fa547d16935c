"""The transcript of real sessions: what is read, copied and shown raw equals what is stored (1.5, 1.6)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLabel
from pytestqt.qtbot import QtBot

from app.context import Context
from app.controllers.transcript_controller import TranscriptController
from app.present.whole_text import prepare
from app.views.message_panel import MessagePanel
from app.views.transcript.places import Place, Selection
from app.views.whole_text_window import WholeTextWindow
from store.values.store import SessionKey, StoreFacts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
"""Without a window manager nobody takes the size hints; Qt says so for each window."""

RICH = "realm-0.6.24-rich"


@pytest.fixture
def realm(copy_sample: Callable[[str], Path]) -> Path:
    """A copy of the realm with 66 sessions of every kind."""
    return copy_sample(f"meerkat/{RICH}")


@pytest.fixture
def store(realm: Path, open_store: Callable[[Path], StoreFacts]) -> StoreFacts:
    """That realm's store, opened."""
    return open_store(realm)


@pytest.fixture
def documents(realm: Path, in_worker: Callable[..., Any]) -> dict[str, list[Any]]:
    """The stored messages of each session that Python's own decoder can read."""
    path = next(realm.rglob("sessions.sqlite3"))

    def read() -> dict[str, list[Any]]:
        found = {}
        with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
            connection.text_factory = bytes
            for session_id, document in connection.execute("SELECT session_id, session_json FROM sessions"):
                try:
                    found[session_id.decode()] = json.loads(document)["messages"]
                except (ValueError, KeyError, RecursionError):
                    continue
        return found

    found: dict[str, list[Any]] = in_worker(read)
    return found


def key_of(store: StoreFacts, session_id: str) -> SessionKey:
    return SessionKey(store.key, session_id)


def longest(documents: dict[str, list[Any]]) -> str:
    return max(documents, key=lambda found: len(documents[found]))


@pytest.mark.qt_log_ignore("This plugin does not support", "JPEG datastream contains no image")
def test_1_5_every_session_of_a_real_realm_is_shown_and_leaves_it_untouched(
    transcript: TranscriptController,
    settled: Callable[[], None],
    store: StoreFacts,
    realm: Path,
    documents: dict[str, list[Any]],
    untouched: Callable[[Path], Any],
) -> None:
    failures: list[object] = []
    transcript.failed.connect(failures.append)
    with untouched(realm):
        for session_id, messages in documents.items():
            transcript.show_session(key_of(store, session_id))
            settled()
            view = transcript.view
            assert view.stage.count == len(messages)
            assert all(row.layout is not None for row in view.stage.rows())
    assert failures == []


def test_1_6_raw_shows_exactly_the_stored_bytes_of_the_message(
    transcript: TranscriptController,
    settled: Callable[[], None],
    store: StoreFacts,
    documents: dict[str, list[Any]],
) -> None:
    session_id = longest(documents)
    transcript.show_session(key_of(store, session_id))
    settled()
    transcript.view.focus_message(0)
    transcript.toggle_raw()
    settled()
    part = transcript.view.stage.layout(0).parts[0]  # type: ignore[union-attr]
    shown = part.text(0, part.length)
    assert json.loads(shown) == documents[session_id][0]
    assert shown == json.dumps(documents[session_id][0], ensure_ascii=False, separators=(",", ":"))
    transcript.view.focus_message(0)
    transcript.copy()
    assert QGuiApplication.clipboard().text() == shown
    transcript.toggle_raw()
    assert not transcript.view.stage.layout(0).is_raw  # type: ignore[union-attr]


def test_1_6_all_of_a_session_is_copied_by_a_job_as_it_would_be_shown(
    transcript: TranscriptController,
    settled: Callable[[], None],
    qtbot: QtBot,
    store: StoreFacts,
    documents: dict[str, list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session_id = longest({found: messages for found, messages in documents.items() if len(messages) <= 50})
    transcript.show_session(key_of(store, session_id))
    settled()
    transcript.select_all()
    transcript.copy()
    at_once = QGuiApplication.clipboard().text()
    QGuiApplication.clipboard().clear()
    monkeypatch.setattr("app.controllers.copying_controller.COPY_AT_ONCE_MESSAGES", 0)
    with qtbot.waitSignal(transcript.copied):
        transcript.copy()
    assert QGuiApplication.clipboard().text() == at_once
    layouts = [transcript.view.stage.layout(row) for row in range(transcript.view.stage.count)]
    texts = ["\n".join(part.text(0, part.length) for part in found.parts) for found in layouts if found is not None]
    assert at_once == "\n\n".join(text for text in texts if text)


def test_1_8_reload_keeps_the_place(
    transcript: TranscriptController, settled: Callable[[], None], store: StoreFacts, documents: dict[str, list[Any]]
) -> None:
    transcript.show_session(key_of(store, longest(documents)))
    settled()
    transcript.view.go_to_message(6)
    transcript.view.set_selection(Selection(Place(6, 0, 0), Place(6, 0, 3)))
    before = [(row.index, row.top) for row in transcript.view.stage.rows()]
    transcript.reload_keeping_place()
    settled()
    assert [(row.index, row.top) for row in transcript.view.stage.rows()] == before
    assert transcript.view.selector.has_text


def test_1_5_a_session_that_is_gone_says_so(
    transcript: TranscriptController, settled: Callable[[], None], store: StoreFacts
) -> None:
    transcript.show_session(key_of(store, "01234567-0000-7000-8000-000000000000"))
    settled()
    assert not transcript.view.isVisible()


def test_1_case_7_a_link_asks_with_its_whole_target_and_opens_nothing(
    transcript: TranscriptController, qtbot: QtBot
) -> None:
    """(1-case-7) The dialog shows the address; only web addresses could be opened from it."""
    for target, choices in (("https://example.com/a?b", 3), ("file:///etc/passwd", 2)):
        transcript.view.link_activated.emit(target)
        dialog = transcript.widget.findChildren(QDialog)[-1]
        texts = [child.toPlainText() for child in dialog.children() if hasattr(child, "toPlainText")]
        assert texts == [target]
        assert len([child for child in dialog.children() if hasattr(child, "setDefault")]) == choices
        dialog.reject()


def test_1_case_6_twenty_megabytes_on_one_line_open_in_a_window(context: Context, qtbot: QtBot) -> None:
    """(1-case-6) Only the rows on the screen are laid out; all of it can be copied; Esc closes."""
    text = "0123456789" * 2_000_000
    window = WholeTextWindow(context.looks.current, "Whole", prepare(text))
    with qtbot.waitExposed(window):
        window.show()
    view = window.view
    assert "".join(text[slice(*view.row_range(row))] for row in range(3)) == text[: view.row_range(2)[1]]
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert view.row_range(view.row_count - 1)[1] == len(text)
    view.grab()
    view.select_all()
    assert view.selected_text() == text
    closed = qtbot.waitSignal(window.closed)
    qtbot.keyClick(window, "\x1b")
    closed.wait()


def test_2_case_2_a_document_of_which_no_message_is_left_is_not_called_empty(
    realm: Path, open_store: Callable[[Path], StoreFacts], context: Context, in_worker: Callable[..., Any], qtbot: QtBot
) -> None:
    """Cut within its first message: what is said is that it cannot be read, not that there was none."""

    def cut() -> str:
        with closing(sqlite3.connect(next(realm.rglob("sessions.sqlite3")))) as connection:
            ids = "SELECT session_id FROM sessions ORDER BY message_count DESC LIMIT 1"
            (session_id,) = connection.execute(ids).fetchone()
            find = "SELECT instr(session_json, CAST('\"messages\"' AS BLOB)) FROM sessions WHERE session_id = ?"
            (begin,) = connection.execute(find, (session_id,)).fetchone()
            update = "UPDATE sessions SET session_json = substr(session_json, 1, ?) WHERE session_id = ?"
            connection.execute(update, (begin + 30, session_id))
            snapshot = (
                "UPDATE runtime_session_snapshots SET session_snapshot = substr(session_snapshot, 1, ?) "
                "WHERE runtime_id = 'rt:session:' || ?"
            )
            connection.execute(snapshot, (begin + 30, session_id))
            connection.commit()
        return str(session_id)

    session_id = in_worker(cut)
    controller = TranscriptController(context)
    qtbot.addWidget(controller.widget)
    controller.show_session(key_of(open_store(realm), session_id))
    qtbot.waitUntil(lambda: context.jobs.idle() and controller.widget.findChild(MessagePanel) is not None)
    panel = controller.widget.findChild(MessagePanel)
    said = [label.text() for label in panel.findChildren(QLabel)]
    assert "No message can be read" in said
