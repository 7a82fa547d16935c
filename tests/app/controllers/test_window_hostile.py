"""Damaged, huge and hostile sessions, seen in the real window: all are shown, none acts (1-case-5 to 1-case-8).

The realm is made by the project's own writer; what it would not write is put into the rows afterwards.
"""

from __future__ import annotations

import base64
import json
import sqlite3
import struct
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel

from app.views.labels import TextLabel
from app.views.transcript.ops import Act, Label, Picture
from app.views.whole_text_window import WholeTextWindow
from store.cancel import CancelToken
from store.meerkat.writer import NewRealm, NewSession, encode_message
from store.values.session import SessionState, Usage

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NOW_NS = 1_790_000_000_000_000_000
TIME = "2026-09-21T14:13:20Z"
HARD_TITLES = (
    "a long title " * 100,
    "日本語の長い題名" * 40,
    "عنوان طويل من اليمين إلى اليسار " * 20,
    "👩‍👩‍👧‍👦 family and 🏳️‍🌈 flag " * 30,
    "Z̵͑͝a̴̛͊l̷̈́g̶̀o̴ combining " * 30,
)


def session_id(number: int) -> str:
    return f"019e85a1-4b2f-717a-950a-{number:012x}"


def user(content: object) -> bytes:
    return encode_message({"role": "user", "content": content, "created_at": TIME})


def assistant(*texts: str) -> bytes:
    blocks = [{"block_type": "text", "data": {"text": text}} for text in texts]
    return json.dumps({"role": "block_assistant", "blocks": blocks, "created_at": TIME}).encode()


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64))


def make_realm(folder: Path, sessions: list[list[bytes]]) -> Path:
    """A realm whose n-th session, newest first, has these messages."""
    with NewRealm(folder, "hostile", 1_790_000_000) as realm:
        realm.add_sessions(
            (
                NewSession(session_id(n), NOW_NS, NOW_NS - n * 10**12, messages, {}, Usage(1, 1))
                for n, messages in enumerate(sessions)
            ),
            CancelToken(),
        )
    return folder / "sessions.sqlite3"


@pytest.fixture
def show_sessions(
    show_program: Callable[..., Any], in_worker: Callable[..., Any], tmp_path: Path
) -> Callable[..., Any]:
    """Start the window on a realm of these sessions; `spoil` changes its database first."""

    def show(sessions: list[list[bytes]], spoil: Callable[[sqlite3.Connection], object] = lambda database: None) -> Any:
        def make() -> Path:
            main = make_realm(tmp_path / "realm", sessions)
            with closing(sqlite3.connect(main)) as database, database:
                spoil(database)
            return main

        return show_program(in_worker(make))

    return show


def click_row(qtbot: Any, program: Any, row: int) -> None:
    """Click on a row of the list."""
    view = program.controller.sessions._pane.view
    index = view.model().index(row, 0)
    view.scrollTo(index)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())


def choose(qtbot: Any, program: Any, number: int) -> Any:
    """Choose the session with this number and wait until its transcript is read."""
    page = program.controller.page
    names = [
        program.controller.sessions.model.row_at(row) for row in range(program.controller.sessions.model.row_count)
    ]
    row = next(n for n, one in enumerate(names) if one is not None and one.summary.key.session_id == session_id(number))
    click_row(qtbot, program, row)
    qtbot.waitUntil(lambda: page.shown is not None and page.shown.key.session_id == session_id(number), timeout=10_000)
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)
    return program.controller.transcript.view


def words_of(view: Any, row: int) -> str:
    """Everything that a message shows: its texts and its labels."""
    layout = view.stage.layout(row)
    texts = [part.text(0, part.length) for part in layout.parts]
    return "\n".join(texts + [op.words for op in layout.ops if isinstance(op, Label)])


# ------------------------------------------------------------------------------------------------- damaged sessions

DEEP = b'{"role":"user","x":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
DAMAGE: dict[str, tuple[str, object]] = {
    "bad JSON": ("document", b'{"version":2,"messages":[{"role":"user","content":"a'),
    "bad UTF-8": ("document", b'{"version":2,"messages":[{"role":"user","content":"\xff\xfe"}]}'),
    "a wrong count": ("message_count", 9),
    "negative counters": ("total_tokens", -5),
    "a bad id": ("session_id", "not-a-uuid"),
    "bad metadata_json": ("metadata_json", '{"session_labels":'),
    "depth 10,000": ("document", b'{"version":2,"messages":[' + DEEP + b"]}"),
    "a lone surrogate": ("document", b'{"version":2,"messages":[{"role":"user","content":"\\ud800"}]}'),
    "NUL in the id": ("session_id", "019e85a1\0"),
}


def spoil_each(database: sqlite3.Connection) -> None:
    for number, (column, value) in enumerate(DAMAGE.values(), 1):
        if column == "document":
            snapshot = "UPDATE runtime_session_snapshots SET session_snapshot = ? WHERE runtime_id = ?"
            database.execute(snapshot, (value, f"rt:session:{session_id(number)}"))
            column = "session_json"
        if column == "session_id":
            gone = f"rt:session:{session_id(number)}"
            database.execute("DELETE FROM runtime_session_snapshots WHERE runtime_id = ?", (gone,))
        database.execute(f"UPDATE sessions SET {column} = ? WHERE session_id = ?", (value, session_id(number)))


def test_1_case_5_each_kind_of_damage_is_a_row_and_a_page_with_a_sentence_and_no_other_session_is_affected(
    qtbot, show_sessions
) -> None:
    count = len(DAMAGE)
    sound = [user("a sound question"), assistant("a sound answer")]
    program = show_sessions([sound] * (count + 2), spoil_each)
    model, page = program.controller.sessions.model, program.controller.page
    qtbot.waitUntil(lambda: model.row_count >= count + 2 and model.row_at(0) is not None)
    states: dict[SessionState, int] = {}
    for row in range(model.row_count):
        text = model.row_at(row)
        states[text.summary.state] = states.get(text.summary.state, 0) + 1
        if text.summary.state is not SessionState.DAMAGED:
            assert (text.summary.title, text.summary.faults) == ("a sound question", ())
            continue
        assert text.summary.faults[0].sentence.endswith(".")
        click_row(qtbot, program, row)
        qtbot.waitUntil(lambda wanted=text.summary.key: page.shown is not None and page.shown.key == wanted)
        qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)
        assert "." in page.page.band_text
    assert states == {SessionState.DAMAGED: count, SessionState.ACTIVE: 2}
    view = choose(qtbot, program, count + 1)
    assert "a sound answer" in words_of(view, 1)


def test_1_case_5_a_missing_strand_row_is_said_above_the_transcript_and_the_others_are_read(
    qtbot, show_program, copy_sample, in_worker
) -> None:
    main = copy_sample("meerkat/realm-0.7.28-rkat") / "realm" / "sessions.sqlite3"

    def take_out_a_row() -> str:
        with closing(sqlite3.connect(main)) as database, database:
            most = "SELECT session_id FROM session_heads ORDER BY message_count DESC LIMIT 1"
            (name,) = database.execute(most).fetchone()
            database.execute("DELETE FROM session_strand_messages WHERE session_id = ? AND seq = 1", (name,))
            return str(name)

    program = show_program(main, session=in_worker(take_out_a_row))
    page, model = program.controller.page, program.controller.sessions.model
    qtbot.waitUntil(lambda: page.shown is not None and program.context.jobs.idle())
    assert page.page.band_text.startswith("1 of the ")
    assert program.controller.transcript.view.stage.count == page.shown.message_count - 1
    states = [model.row_at(row).summary.state for row in range(model.row_count)]
    assert states.count(SessionState.DAMAGED) == 1


def test_1_case_5_nul_characters_are_seen_as_signs(qtbot, show_sessions) -> None:
    program = show_sessions([[user("before\0after"), assistant("x\0y")]])
    view = choose(qtbot, program, 0)
    assert "before␀after" in words_of(view, 0)
    assert "x␀y" in words_of(view, 1)
    assert program.controller.page.shown.title == "before␀after"


# --------------------------------------------------------------------------------------------------- huge sessions


def whole_text(qtbot: Any, program: Any, view: Any, row: int) -> str:
    """Open the whole of a message that was cut, as a click on the words does, and close it again."""
    spot = next(spot for spot in view.stage.layout(row).spots if spot.act is Act.OPEN_WHOLE)
    assert "Cut here. Open whole" in words_of(view, row)
    view.focus_message(row, brings_to_top=True)
    view.do_spot(row, spot)
    window = program.controller.window
    qtbot.waitUntil(lambda: window.findChild(WholeTextWindow) is not None, timeout=10_000)
    opened = window.findChild(WholeTextWindow)
    text = opened.view.text
    with qtbot.waitSignal(opened.destroyed):
        opened.close()
    return str(text)


def test_1_case_6_what_is_huge_is_shown_cut_and_opens_whole(qtbot, show_sessions) -> None:
    line, five_mb = "0123456789" * 2_000_000, "line of prose\n\n" * 350_000
    blocks = [f"block {number}" for number in range(10_000)]
    sessions = [[user("go"), user(line)], [user("go"), assistant(*blocks)], [user("go"), assistant(five_mb)]]
    program = show_sessions(sessions)
    wholes = [line, "\n\n".join(blocks), five_mb]
    for number, whole in enumerate(wholes):
        view = choose(qtbot, program, number)
        assert view.stage.count == 2
        assert len(words_of(view, 1)) < 2_000_000
        assert whole_text(qtbot, program, view, 1) == whole
        view.go_to_end()
        assert not view.viewport().grab().isNull()


def test_1_case_6_a_picture_of_60_000_by_60_000_is_a_card_with_name_size_and_reason(qtbot, show_sessions) -> None:
    data = base64.b64encode(png_header(60_000, 60_000)).decode()
    image = {"type": "image", "media_type": "image/png", "source": "inline", "data": data}
    program = show_sessions([[user([{"type": "text", "text": "look"}, image])]])
    view = choose(qtbot, program, 0)
    reason = "Not decoded: 60,000 × 60,000 pixels"
    qtbot.waitUntil(lambda: reason in words_of(view, 0), timeout=10_000)
    layout = view.stage.layout(0)
    assert not any(isinstance(op, Picture) for op in layout.ops)
    assert "Image" in words_of(view, 0)
    assert "57 bytes · image/png" in words_of(view, 0)


# ------------------------------------------------------------------------------------------------- hostile sessions

HOSTILE = (
    "<b>bold</b><img src='file:///etc/passwd'><script>alert(1)</script>",
    "![](http://127.0.0.1:9/x.png)",
    "![](file:///etc/passwd)",
    "![](\\\\host\\share\\x.png)",
    "\\\\host\\share\\file.txt",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202egpj.exe\u202c",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_1_case_7_hostile_text_is_inert_in_every_part_of_the_window(
    qtbot, show_sessions, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """As title, prompt, answer, tool input, tool output and metadata: words; nothing is fetched, read or opened."""
    call = {"id": "c", "name": text, "args": {"command": text}}
    calling = {"role": "block_assistant", "blocks": [{"block_type": "tool_use", "data": call}], "created_at": TIME}
    result = {"tool_use_id": "c", "content": text, "is_error": False}
    messages = [user(text), assistant(text), encode_message(calling),
                encode_message({"role": "tool_results", "results": [result], "created_at": TIME})]  # fmt: skip
    reached: list[object] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", reached.append)
    active = [True]

    def listen(event: str, arguments: tuple[object, ...]) -> None:
        is_reading = bool(active) and event in {"open", "socket.connect", "socket.getaddrinfo"}
        if is_reading and any(name in str(arguments) for name in ("passwd", "host\\", "127.0.0.1", "share\\")):
            reached.append((event, arguments))

    sys.addaudithook(listen)
    metadata = json.dumps({"session_labels": {"label": text}, text: text})
    program = show_sessions(
        [messages], lambda database: database.execute("UPDATE sessions SET metadata_json = ?", (metadata,))
    )
    view = choose(qtbot, program, 0)
    view.folding.toggle(2, 0)
    shown = "\n".join(words_of(view, row) for row in range(3))
    program.controller.page.show_info()
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)
    program.controller.window.grab()
    active.clear()
    assert reached == []
    assert not {"\x1b", "\x07", "\u202e", "\u202c"} & set(shown)
    labels = program.controller.window.findChildren(QLabel)
    for label in labels:
        assert isinstance(label, TextLabel) or text not in label.text()
        assert not {"\x1b", "\u202e"} & set(label.text() + label.toolTip())


# ---------------------------------------------------------------------------------------------------- hard titles


def test_1_case_8_hard_titles_are_laid_out_in_list_and_head_without_widening_the_window(qtbot, show_sessions) -> None:
    program = show_sessions([[user(title), assistant(title)] for title in HARD_TITLES])
    window = program.controller.window
    width = window.width()
    for number, title in enumerate(HARD_TITLES):
        choose(qtbot, program, number)
        shown = program.controller.page.shown.title
        assert title.strip().startswith(shown[:20].rstrip("…"))
        assert not window.grab().isNull()
        assert window.width() == width
        view = program.controller.sessions._pane.view
        assert view.rowHeight(number) == view.rowHeight(0)
        assert not program.controller.transcript.view.horizontalScrollBar().isVisible()
