"""Finding in a real transcript on the screen, and what opens in windows of its own (2.6, 2.9)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app.context import Context
from app.controllers.find_controller import FindController
from app.controllers.text_window_controller import TextWindowController
from app.controllers.transcript_controller import TranscriptController
from app.present.find import BEYOND
from app.present.reading import Reading, ReadKind
from app.present.shown import Section
from app.saving import NotSaved, safe_name, save_work
from app.views.picture_window import PictureWindow
from app.views.transcript.ops import Act
from app.views.whole_text_window import WholeTextWindow
from store.cancel import CancelToken
from store.meerkat.writer import NewRealm, NewSession, encode_message
from store.values.session import Usage
from store.values.store import SessionKey, StoreFacts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

TIME = "2026-09-21T14:13:20Z"
ID = "019e85a1-4b2f-717a-950a-000000000000"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
OUTPUT = "\n".join(f"line {number}" for number in range(100)) + "\nneedle at the end"
LONG = "x " * 40_000 + "a needle beyond"


def messages() -> list[bytes]:
    call = {"id": "c1", "name": "bash", "args": {"command": "find needle", "list": list(range(700))}}
    values = [
        {"role": "user", "content": "Where is the **nee**dle?", "created_at": TIME},
        {
            "role": "block_assistant",
            "blocks": [
                {"block_type": "reasoning", "data": {"text": "A Needle is thin."}},
                {"block_type": "tool_use", "data": call},
            ],
            "created_at": TIME,
        },
        {"role": "tool_results", "results": [{"tool_use_id": "c1", "content": OUTPUT, "is_error": False}]},
        *({"role": "user", "content": f"Word {number}", "created_at": TIME} for number in range(300)),
        {"role": "user", "content": [{"type": "image", "media_type": "image/png", "source": "inline", "data": PNG}]},
        {"role": "user", "content": LONG, "created_at": TIME},
        {"role": "user", "content": [{"type": "text", "text": f"Shibboleth {number}"} for number in range(205)]},
    ]
    return [encode_message(value) for value in values]


@pytest.fixture
def find(
    context: Context,
    transcript: TranscriptController,
    open_store: Callable[[Path], StoreFacts],
    in_worker: Callable[..., Any],
    tmp_path: Path,
    qtbot: QtBot,
) -> FindController:
    """Finding in a session of 306 messages that is on the screen."""

    def make() -> Path:
        now_ns = 1_790_000_000_000_000_000
        with NewRealm(tmp_path / "realm", "test", now_ns // 10**9) as realm:
            realm.add_sessions([NewSession(ID, now_ns, now_ns, messages(), {}, Usage(1, 1))], CancelToken())
        return realm.database

    facts = open_store(in_worker(make))
    controller = FindController(context, transcript, transcript)
    qtbot.addWidget(controller.bar, before_close_func=lambda _bar: controller.close())
    transcript.show_session(SessionKey(facts.key, ID))
    qtbot.waitUntil(lambda: transcript.view.stage.count == 306, timeout=10_000)
    qtbot.waitUntil(context.jobs.idle, timeout=10_000)
    return controller


def look_for(find: FindController, qtbot: QtBot, words: str) -> None:
    find.begin()
    find.bar.set_text(words)
    qtbot.waitUntil(lambda: find.is_done, timeout=10_000)
    rest(find, qtbot)


def rest(find: FindController, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: find._context.jobs.idle(), timeout=10_000)
    qtbot.wait(20)
    qtbot.waitUntil(lambda: find._context.jobs.idle(), timeout=10_000)


def step(find: FindController, qtbot: QtBot, by: int) -> None:
    find.step(by)
    rest(find, qtbot)


def test_2_6_every_hit_is_visited_in_order_and_what_folds_it_opens(find: FindController, qtbot: QtBot) -> None:
    view = find._view
    look_for(find, qtbot, "needle")
    assert find.bar.words == "1 of 6"
    seen = []
    for _ in range(6):
        hit = view.hits.current_hit()
        assert hit is not None
        row = view.hits.current[0]
        seen.append((row, hit.key % 4, hit.piece >= BEYOND))
        layout = view.stage.layout(row)
        if hit.piece < BEYOND:
            shown = [part for part in layout.parts if part.key == hit.key]
            assert shown[hit.piece].text(0, shown[hit.piece].length)[hit.begin :][:6].lower() in ("needle", "bash f")
        step(find, qtbot, 1)
    assert seen == [
        (0, Section.HEAD, False),
        (1, Section.INPUT, False),
        (1, Section.HEAD, False),
        (1, Section.INPUT, False),
        (1, Section.RESULT, False),
        (304, Section.HEAD, True),
    ]
    assert find.bar.words == "1 of 6 · from the top"
    step(find, qtbot, -1)
    assert find.bar.words == "6 of 6 · from the end"


def test_2_6_boxes_narrow_what_is_found_and_are_remembered(
    find: FindController, context: Context, qtbot: QtBot
) -> None:
    look_for(find, qtbot, "Needle")
    total = find.tally.total
    find.bar._output.setChecked(False)
    qtbot.waitUntil(lambda: find.is_done and find.tally.total == total - 1)
    find.bar._case.setChecked(True)
    qtbot.waitUntil(lambda: find.is_done and find.tally.total == 1)
    assert context.settings.current.is_case_matched
    find.bar._word.setChecked(True)
    qtbot.waitUntil(lambda: find.is_done and find.tally.total == 1)
    assert context.settings.current.is_whole_word


def test_2_6_a_hit_that_is_filtered_away_is_shown_again(find: FindController, qtbot: QtBot) -> None:
    view = find._view
    view.set_reading(Reading(kind=ReadKind.YOU))
    assert view.stage.is_hidden(1)
    look_for(find, qtbot, "thin")
    assert not view.stage.is_hidden(1)
    assert view.hits.current == (1, 0)


def test_2_6_esc_closes_and_the_selection_is_looked_for(find: FindController, qtbot: QtBot) -> None:
    look_for(find, qtbot, "Word 2")
    assert find.tally.total == 111
    assert find._view.rail.marks
    qtbot.keyClick(find.bar.field, Qt.Key.Key_Return)
    qtbot.keyClick(find.bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    rest(find, qtbot)
    assert find.bar.words == "1 of 111"
    qtbot.keyClick(find.bar.field, Qt.Key.Key_Escape)
    assert find.bar.isHidden()
    assert find._view.hits.current is None
    look_for(find, qtbot, "nothing like this")
    assert find.bar.words == "No hits"


def test_2_6_it_is_said_that_blocks_which_are_not_shown_are_not_looked_through(
    find: FindController, qtbot: QtBot
) -> None:
    look_for(find, qtbot, "shibboleth")
    assert find.tally.total == 200
    assert find.bar.words == "1 of 200 · 1 message in part"


def test_2_6_hits_are_painted_without_laying_out_again(find: FindController, qtbot: QtBot) -> None:
    view = find._view
    look_for(find, qtbot, "needle")
    layout = view.stage.layout(0)
    picture = view.grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(50, 300, 1) for y in range(20, 60)}
    assert view.stage.measures.look.colour("hit_current").name() in colours
    step(find, qtbot, 1)
    assert view.stage.layout(0) is layout


# ------------------------------------------------------------------------------------------------------- 2.9


def window_of(find: FindController, qtbot: QtBot, kind: type, row: int, act: Act, key: int | None = None) -> Any:
    view = find._view
    view.focus_message(row, brings_to_top=True)
    rest(find, qtbot)
    if act is Act.OPEN_TEXT:
        view.folding.toggle_all(row)
    qtbot.waitUntil(lambda: any(spot.act is act for spot in view.stage.layout(row).spots), timeout=5_000)
    spots = [spot for spot in view.stage.layout(row).spots if spot.act is act]
    view.do_spot(row, spots[0] if key is None else next(spot for spot in spots if spot.key == key))
    place = find._transcript.widget.window()
    qtbot.waitUntil(lambda: place.findChild(kind) is not None, timeout=10_000)
    return place.findChild(kind)


def test_2_9_arguments_open_as_a_tree_and_as_text(find: FindController, context: Context, qtbot: QtBot) -> None:
    window = window_of(find, qtbot, WholeTextWindow, 1, Act.OPEN_TEXT, key=5)
    assert json.loads(window.view.text)["command"] == "find needle"
    assert not window.is_tree
    window._as_tree.setChecked(True)
    assert window.is_tree
    assert context.settings.current.is_json_tree
    model = window.tree.model_of_rows
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    assert [model.index(row, 0).data() for row in range(2)] == ["command", "list"]
    window.tree.expand(model.index(1, 0))
    qtbot.waitUntil(lambda: model.rowCount(model.index(1, 0)) == 2)
    window.tree.setCurrentIndex(model.index(0, 0))
    assert window.tree.selected_text() == '"find needle"'
    window.close()


def test_2_9_a_long_result_opens_whole_with_find_wrap_and_lines(
    find: FindController, context: Context, qtbot: QtBot
) -> None:
    window = window_of(find, qtbot, WholeTextWindow, 1, Act.OPEN_TEXT, key=6)
    assert window.view.text == OUTPUT
    window.begin_find()
    window.find_bar.set_text("line 5")
    qtbot.waitUntil(lambda: window.find_bar.words == "1 of 11", timeout=5_000)
    window.find_bar.step_asked.emit(1)
    assert window.find_bar.words == "2 of 11"
    assert window.view.whole.line_at(window.view.caret) == 50
    window._line.setText("101")
    window._line.returnPressed.emit()
    assert window.view.whole.line_at(window.view.caret) == 100
    window._wrap.setChecked(False)
    assert not context.settings.current.is_output_wrapped
    window.grab()
    window.close()


def test_2_9_a_hit_beyond_what_is_shown_opens_in_the_whole_text(find: FindController, qtbot: QtBot) -> None:
    look_for(find, qtbot, "needle beyond")
    assert find.bar.words == "1 of 1"
    place = find._transcript.widget.window()
    assert place.findChild(WholeTextWindow) is None
    step(find, qtbot, 1)
    qtbot.waitUntil(lambda: place.findChild(WholeTextWindow) is not None, timeout=5_000)
    window = place.findChild(WholeTextWindow)
    qtbot.waitUntil(lambda: window.find_bar.words.startswith("1 of 1"), timeout=5_000)
    assert window.view.caret == LONG.index("needle beyond")
    window.close()


def test_2_9_a_picture_opens_zooms_and_is_copied(find: FindController, qtbot: QtBot) -> None:
    window = window_of(find, qtbot, PictureWindow, 303, Act.OPEN_IMAGE)
    area = window.area
    assert area.scale == 1.0
    qtbot.keyClick(area, Qt.Key.Key_Plus)
    assert area.scale == pytest.approx(1.25)
    qtbot.keyClick(area, Qt.Key.Key_0)
    assert area.is_fitted
    window.copy()
    assert not QGuiApplication.clipboard().image().isNull()
    window.grab()
    window.close()


def test_2_9_saving_writes_the_exact_bytes_and_replaces_only_when_asked(
    tmp_path: Path, in_worker: Callable[..., Any]
) -> None:
    target, stores = tmp_path / "copy.png", [tmp_path / "realm"]
    (tmp_path / "realm").mkdir()
    token = CancelToken()
    in_worker(lambda: save_work(target, b"\x00one", False, stores)(token))
    assert in_worker(target.read_bytes) == b"\x00one"
    with pytest.raises(NotSaved, match="there already"):
        in_worker(lambda: save_work(target, b"two", False, stores)(token))
    in_worker(lambda: save_work(target, b"two", True, stores)(token))
    assert in_worker(target.read_bytes) == b"two"
    with pytest.raises(NotSaved, match="belongs to a store"):
        in_worker(lambda: save_work(tmp_path / "realm" / "x", b"", False, stores)(token))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".burrow")] == []


@pytest.mark.parametrize(
    ("words", "name"),
    [("../../etc/passwd", "etc-passwd.txt"), ("con", "_con.txt"), ("", "unnamed.txt"), ("a" * 300, "a" * 80 + ".txt")],
)
def test_2_9_suggested_names_are_only_names(words: str, name: str) -> None:
    assert safe_name(words, ".txt") == name


def test_2_9_thirty_megabytes_are_made_ready_in_a_job_and_found_in(context: Context, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QWidget

    from app.controllers.content_jobs import PreparedText
    from app.present.whole_text import prepare

    place = QWidget()
    qtbot.addWidget(place)
    whole = prepare("0123456789 " * 200_000 + "needle")
    shown = TextWindowController(context, "A long line", PreparedText(whole, None), place)
    with qtbot.waitExposed(shown.window):
        shown.window.show()
    shown.window.begin_find()
    shown.window.find_bar.set_text("needle")
    qtbot.waitUntil(lambda: shown.window.find_bar.words == "1 of 1", timeout=10_000)
    assert shown.window.view.caret == 2_200_000
    shown.window.close()
