"""Hostile text is shown, never obeyed: nothing is fetched, no file is read (1-case-7)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QImage, QPainter

from app.present.markdown import prose_document
from app.present.segments import Prose, split_markdown
from store.values.message import MessageKind

HOSTILE = [
    ("![](http://127.0.0.1:9/x.png)", "[image not loaded: http://127.0.0.1:9/x.png]"),
    ("![a](file:///etc/passwd)", "[image not loaded: file:///etc/passwd]"),
    ("![a](\\\\host\\share\\x.png)", "[image not loaded: \\host\\share\\x.png]"),
    ("![a](data:image/png;base64,AAAA)", "[image not loaded: data:image/png;base64,AAAA]"),
    ("<img src='file:///etc/passwd'><script>x</script>", "<img src='file:///etc/passwd'><script>x</script>"),
    ("<style>@import url(http://h/)</style>", "<style>@import url(http://h/)</style>"),
    ("rm \u202egpj.exe\u202c", "rm [RLO]gpj.exe[PDF]"),
    ("bell \x07 and nul \x00", "bell ␇ and nul ␀"),
    ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
    ("---\ntitle: x\n---\nbody", "\n\ntitle: x\nbody"),
]


@pytest.mark.parametrize(("source", "seen"), HOSTILE)
def test_1_case_7_hostile_markdown_is_inert_text(
    show: Callable, message: Callable, text: Callable, source: str, seen: str
) -> None:
    """(1-case-7) What is seen is words; the message paints without one file or address being opened."""
    opened: list[object] = []

    def listen(event: str, arguments: tuple[object, ...]) -> None:
        if active and event in {"open", "socket.connect", "socket.getaddrinfo"} and "passwd" in str(arguments):
            opened.append(arguments)

    active = [True]
    sys.addaudithook(listen)
    view = show([message(0, MessageKind.ASSISTANT, text(source))])
    part = view.stage.layout(0).parts[0]
    view.viewport().grab()
    active.clear()
    assert part.text(0, part.length) == seen
    assert opened == []


def test_1_case_7_a_picture_that_exists_on_the_disk_is_not_painted(qapp: object, tmp_path: Path) -> None:
    """(1-case-7) The red picture that Markdown names leaves no red pixel."""
    path = tmp_path / "red.png"
    red = QImage(50, 50, QImage.Format.Format_RGB32)
    red.fill(0xFFFF0000)
    red.save(str(path))
    canvas = QImage(300, 100, QImage.Format.Format_RGB32)
    canvas.fill(0xFFFFFFFF)
    for address in (str(path), path.as_uri()):
        document = prose_document(Prose(f"![x]({address})"))
        painter = QPainter(canvas)
        document.drawContents(painter)
        painter.end()
    assert all(canvas.pixel(x, y) != 0xFFFF0000 for x in range(300) for y in range(100))


def test_1_case_7_terminal_output_loses_its_sequences(show: Callable, message: Callable, call: Callable) -> None:
    """(1-case-7) Colours and titles of a terminal are taken out of tool text; other marks are made visible."""
    output = "\x1b]0;title\x07\x1b[1;31mFAILED\x1b[0m \u202eabc\u202c \x08"
    view = show([message(0, MessageKind.ASSISTANT, call("bash", '{"command":"x"}', output))])
    view.folding.toggle(0, 0)
    assert view.stage.layout(0).parts[-1].text(0, 100) == "FAILED [RLO]abc[PDF] ␈"


def test_1_case_6_one_long_line_of_prose_is_broken(qapp: object) -> None:
    """(1-case-6) A megabyte without a line end becomes short pieces, each quick to lay out."""
    pieces = split_markdown("x" * 1_000_000)
    assert max(len(piece.source) for piece in pieces) < 40_000
    assert sum(piece.source.count("x") for piece in pieces) == 1_000_000
