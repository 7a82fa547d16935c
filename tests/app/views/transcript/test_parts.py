"""Parts answer points and positions, in UTF-16 units, whatever the script (B4, 1-case-8)."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from app.look.look import Look
from app.present.markdown import prose_document, style_document
from app.present.segments import Prose
from app.present.utf16 import utf16_length
from app.views.transcript.lines_part import LinesPart
from app.views.transcript.measures import Measures
from app.views.transcript.part import Part
from app.views.transcript.places import Step
from app.views.transcript.prose_part import ProsePart

TEXTS = [
    "plain ascii words that are long enough to wrap at least once in a narrow column of text",
    "emoji 👩‍👩‍👧‍👦 and 🎉 between words, e\u0301 combined",
    "日本語のテキスト、한국어, 中文字符 が続く 日本語のテキスト、한국어, 中文字符",
    "مرحبا بالعالم هذا نص عربي",
    "שלום עולם with English",
]


def prose(look: Look, text: str, width: int = 200) -> ProsePart:
    measures = Measures(look, 640)
    return ProsePart(0, 0, Prose(text), QRect(50, 10, width, 0), measures, measures.prose, False)


def lines(look: Look, text: str, width: int = 200, wraps: bool = True) -> LinesPart:
    return LinesPart(0, 0, text, "", QRect(50, 10, width, 0), Measures(look, 640), wraps)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("make", [prose, lines])
def test_B4_a_caret_is_found_again_by_its_own_point(look: Look, make: object, text: str) -> None:
    part: Part = make(look, text)  # type: ignore[operator]
    assert part.length == utf16_length(text)
    position = 0
    seen = {0}
    while (following := part.step(position, Step.CHARACTER_ON)) != position:
        position = following
        seen.add(position)
        caret = part.caret(position)
        found = part.hit(round(caret.x()), round(caret.center().y()))
        assert abs(part.caret(found).x() - caret.x()) <= 4 or found in (0, part.length) or make is prose
    assert position == part.length
    assert part.text(0, part.length) == text
    family = text.find("👩")
    if family >= 0:
        assert not seen & {utf16_length(text[:family]) + 1, utf16_length(text[:family]) + 2}


def test_B4_word_steps_stop_at_words(look: Look) -> None:
    for part in (prose(look, "one two three"), lines(look, "one two three")):
        assert part.step(0, Step.WORD_ON) == 4
        assert part.step(8, Step.WORD_BACK) == 4
        assert part.word(5) == (4, 7)
        assert part.paragraph(5) == (0, 13)


def test_B4_rows_of_ascii_lines_come_from_arithmetic_and_equal_the_painted_ones(look: Look) -> None:
    part = lines(look, "x" * 1000 + "\n\n" + "y" * 10, 200)
    columns = part.hit(10_000, part.rect.y())
    assert part.rect.height() == look.px(18) * (-(-1000 // columns) + 2)
    assert part.hit(50, part.rect.bottom()) == 1002
    assert part.caret(1000).y() < part.caret(1002).y()


def test_1_case_6_thirty_thousand_lines_are_laid_out_only_where_they_are_painted(look: Look) -> None:
    """(1-case-6) A long block makes no layout for what is not seen."""
    part = lines(look, "\n".join("some line of output" for _ in range(30_000)))
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    part.paint(painter, QRect(0, 180_000, 400, 300), 0, 0, False)
    painter.end()
    assert len(part._layouts) < 30
    assert part.rect.height() == 30_000 * look.px(18)


def test_1_5_list_markers_and_table_cells_are_copied_as_they_are_seen(look: Look) -> None:
    part = prose(look, "2. two\n3. three\n   - inner\n- [x] done\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nend", 400)
    assert part.text(0, part.length) == "2. two\n3. three\n  • inner\n[x] done\na\tb\n1\t2\nend"


def test_1_5_code_scrolls_sideways_and_tool_text_wraps(look: Look) -> None:
    long = "let x = " + "1 + " * 100
    assert lines(look, long, wraps=False).scroll_range_px() > 0
    assert lines(look, long, wraps=True).scroll_range_px() == 0
    assert lines(look, long, wraps=True).rect.height() > lines(look, long, wraps=False).rect.height()


def test_1_5_bullets_stand_apart_from_the_text_of_their_items(look: Look) -> None:
    """Also in nested lists, before tasks, and at the right of text that runs leftwards."""
    source = "- one\n  - two\n    - three\n- [ ] open\n- [x] done\n\n1. number\n\n* שלום עולם\n"
    part = prose(look, source, 400)
    bullets = part._bullets
    assert [bullet.value for _, bullet in bullets] == ["disc", "circle", "square", "open", "done", "disc"]
    copied = part.text(0, part.length).split("\n")
    assert copied == ["• one", "  • two", "    • three", "[ ] open", "[x] done", "1. number", "• שלום עולם"]
    position = 0
    for (place, _), word in zip(bullets[:5], ("one", "two", "three", "open", "done"), strict=True):
        caret = part.caret(position)
        assert 6 <= caret.x() - part.rect.x() - place.right() <= 10
        assert caret.top() < part.rect.y() + place.center().y() < caret.bottom()
        position += len(word) + 1
    assert bullets[-1][0].right() > 400 - 24


def test_1_6_a_link_in_several_fonts_and_lines_is_one_link(look: Look) -> None:
    part = prose(look, "See [a long link **in bold** and on](http://e.example/) and [b](http://f.example/)", 90)
    found = part.link_rects()
    assert [(words, target) for _, words, target in found] == [
        ("a long link in bold and on", "http://e.example/"),
        ("b", "http://f.example/"),
    ]
    assert len(found[0][0]) > 1
    for rects, _, target in found:
        assert all(part.link_at(rect.center().x(), rect.center().y()) == target for rect in rects)


def test_2_8_two_lists_in_a_row_stand_apart_and_items_of_one_and_of_a_list_inside_it_do_not(look: Look) -> None:
    style = Measures(look, 640).prose
    document = prose_document(Prose("- a\n    - inner\n- b\n\n1. c\n2. d\n\n* e"))
    style_document(document, style)
    margins = []
    block = document.begin()
    while block.isValid():
        margins.append((block.text(), round(block.blockFormat().topMargin())))
        block = block.next()
    close, apart = style.gap_px // 2, style.gap_px
    assert margins == [("a", 0), ("inner", close), ("b", close), ("c", apart), ("d", close), ("e", apart)]
