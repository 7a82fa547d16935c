"""The page shows at once what the list knows, and all that is known when Info is looked at (1.5, 1.7, B5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QLabel

from app.context import Context
from app.controllers.page_controller import WHAT_REMAINS, PageController
from app.controllers.transcript_controller import TranscriptController
from app.models.metadata_model import NAME, VALUE, MetadataModel
from app.present.one_line import one_line
from store import CancelToken
from store.values.session import MetadataNode, SessionSummary, SortOrder
from store.values.store import StoreFacts

# The offscreen platform says so whenever a tool tip or a window of fixed size appears.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RICH = "meerkat/realm-0.6.24-rich/atlas"
OpenStore = Callable[[Path], StoreFacts]


@pytest.fixture
def realm(copy_sample: Callable[[str], Path]) -> Path:
    """A copy of a real realm with 66 sessions."""
    return copy_sample(RICH)


@pytest.fixture
def controller(context: Context, qtbot: Any) -> PageController:
    """The page on the screen, without a session."""
    controller = PageController(context, TranscriptController(context))
    qtbot.addWidget(controller.widget)
    controller.widget.resize(660, 800)
    with qtbot.waitExposed(controller.widget):
        controller.widget.show()
    return controller


@pytest.fixture
def summaries(context: Context, in_worker: Any) -> Callable[[StoreFacts], tuple[SessionSummary, ...]]:
    """Read all rows of a store."""

    def read(facts: StoreFacts) -> tuple[SessionSummary, ...]:
        def work() -> tuple[SessionSummary, ...]:
            backend = context.library.backend(facts.key)
            return backend.summaries(backend.ids(SortOrder(), CancelToken()).handles, CancelToken())

        found: tuple[SessionSummary, ...] = in_worker(work)
        return found

    return read


def info_words(controller: PageController) -> list[str]:
    return [label.text() for label in controller.page.info.findChildren(QLabel) if label.text()]


def metadata_of(controller: PageController) -> MetadataModel:
    model = controller.findChild(MetadataModel)
    assert model is not None
    return model


def masked_nodes(nodes: tuple[MetadataNode, ...]) -> list[MetadataNode]:
    found = []
    for node in nodes:
        found.extend([node] if node.is_masked else masked_nodes(node.children))
    return found


def printed(model: MetadataModel, parent: QModelIndex | None = None) -> str:
    parent = parent or QModelIndex()
    lines = []
    for row in range(model.rowCount(parent)):
        name = model.index(row, NAME, parent)
        lines.append(f"{name.data()} = {model.index(row, VALUE, parent).data()}")
        lines.append(printed(model, name))
    return "\n".join(line for line in lines if line)


def test_1_7_info_says_what_the_session_is_and_how_its_store_was_opened(
    controller: PageController, open_store: OpenStore, summaries: Any, realm: Path, qtbot: Any
) -> None:
    facts = open_store(realm)
    summary = summaries(facts)[0]
    controller.show_session(summary)
    controller.show_info()
    qtbot.waitUntil(lambda: "Opened as an unchanged file" in info_words(controller))
    words = info_words(controller)
    assert one_line(facts.why) in words
    assert summary.key.session_id in words
    assert facts.key.path in words
    assert "S-0.6" in words
    assert "session_metadata = " in printed(metadata_of(controller))


def test_1_7_a_live_store_says_that_a_private_copy_is_read(
    controller: PageController, open_store: OpenStore, summaries: Any, copy_sample: Any, qtbot: Any
) -> None:
    """(1-case-1) a live WAL."""
    facts = open_store(copy_sample("meerkat/realm-0.6.24-live-wal/tide"))
    controller.show_session(summaries(facts)[0])
    controller.show_info()
    qtbot.waitUntil(lambda: "Opened as a private snapshot" in info_words(controller))


def test_1_7_a_secret_is_masked_shown_on_request_and_masked_again(
    controller: PageController,
    context: Context,
    open_store: OpenStore,
    summaries: Any,
    copy_sample: Any,
    in_worker: Any,
    qtbot: Any,
) -> None:
    facts = open_store(copy_sample(RICH))
    backend = context.library.backend(facts.key)
    found = None
    for summary in summaries(facts):
        detail = in_worker(lambda key=summary.key: backend.detail(key.session_id, CancelToken()))
        if masked := masked_nodes(detail.metadata):
            found = summary, masked[0]
            break
    assert found is not None, "no sample session holds a secret"
    summary, node = found
    stored = in_worker(lambda: backend.unmasked(summary.key.session_id, node.path, CancelToken()))
    controller.show_session(summary)
    controller.show_info()
    model = metadata_of(controller)
    qtbot.waitUntil(lambda: model.rowCount() > 0)
    assert one_line(stored) not in printed(model)
    controller.page.info.unmask_asked.emit(node.path)
    qtbot.waitUntil(lambda: one_line(stored) in printed(model))
    other = next(s for s in summaries(facts) if s.key != summary.key)
    controller.show_session(other)
    assert printed(model) == ""


def test_b5_a_damaged_session_has_a_page_that_says_why_and_what_remains(
    controller: PageController, open_store: OpenStore, summaries: Any, realm: Path, in_worker: Any, qtbot: Any
) -> None:
    """(1-case-5, B5) bad JSON in both copies of the newest session."""

    def break_newest() -> None:
        with closing(sqlite3.connect(realm / "sessions.sqlite3")) as connection:
            newest = connection.execute(
                "SELECT session_id FROM sessions ORDER BY updated_at_ms DESC, session_id LIMIT 1"
            ).fetchone()[0]
            connection.execute("UPDATE sessions SET session_json = x'7b00ff' WHERE session_id = ?", (newest,))
            connection.execute(
                "UPDATE runtime_session_snapshots SET session_snapshot = x'7b00ff' WHERE runtime_id = ?",
                (f"rt:session:{newest}",),
            )
            connection.commit()

    in_worker(break_newest)
    damaged = summaries(open_store(realm))[0]
    assert damaged.faults
    controller.show_session(damaged)
    assert one_line(damaged.faults[0].sentence) in controller.page.band_text
    assert WHAT_REMAINS in controller.page.band_text
    controller.show_info()
    qtbot.waitUntil(lambda: "Opened as an unchanged file" in info_words(controller))
    assert one_line(damaged.faults[0].sentence) in info_words(controller)


def test_1_7_info_of_every_real_session_can_be_shown(
    controller: PageController, open_store: OpenStore, summaries: Any, realm: Path, qtbot: Any
) -> None:
    controller.show_info()
    for summary in summaries(open_store(realm))[::6]:
        controller.show_session(summary)
        qtbot.waitUntil(lambda key=summary.key: key.session_id in info_words(controller))
        assert not controller.widget.grab().isNull()


def test_1_3_no_session_leaves_an_empty_page(
    controller: PageController, open_store: OpenStore, summaries: Any, realm: Path
) -> None:
    controller.show_session(summaries(open_store(realm))[0])
    controller.show_nothing()
    assert controller.shown is None
    assert printed(metadata_of(controller)) == ""
