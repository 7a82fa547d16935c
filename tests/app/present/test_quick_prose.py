"""Simple Markdown shows the same text with and without a document (2.6)."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.present.markdown import prose_document
from app.present.quick_prose import quick_prose
from app.present.segments import Prose

pytestmark = pytest.mark.usefixtures("qapp")

TOKENS = [
    "Step",
    "done.",
    "**",
    "**Bold.**",
    "*",
    "`",
    "`a_b`",
    "`*x*`",
    "a_b",
    "_",
    "|",
    "| a | b |\n",
    "1.",
    "-",
    "e.g.",
]
TOKENS += ["|---|---:|\n", "\n", "\n\n", " ", " ", ":", "**b c**", "`x y`", "(`p`)", "#", "1", "'", "!", "a|b", "`a|b`"]
TABLE = "a\n\n| **p** | `b` |\n|---:|---|\n| 1,900 | 31 ms |\n\nAfter it."


@given(st.lists(st.sampled_from(TOKENS), max_size=14).map("".join))
@example(TABLE)
@example(TABLE + "\n\n| a | b |\n|---|---|\n| c | d |\n\ne")
@example("**Step 7 is done.** The `a.b`, then\nmore of `it`.\n\n**x**")
@example("a\n\n| a | b |\n|---|---|\n| c | d |")
@settings(max_examples=400)
def test_2_6_the_quick_text_of_markdown_is_what_its_document_shows(source: str) -> None:
    quick = quick_prose(source)
    if quick is not None:
        assert quick == prose_document(Prose(source)).toRawText()


@st.composite
def simple_sources(draw: st.DrawFn) -> str:
    """Markdown of the kinds that the quick way knows."""
    words = st.lists(
        st.sampled_from(["The", "order", "**is total**", "`page_1.rs`", "`a * b`", "x_y", "(so)", "-", "**No.**", "3"]),
        min_size=1,
        max_size=6,
    ).map(" ".join)
    cells = st.lists(words, min_size=2, max_size=2).map(lambda row: f"| {row[0]} | {row[1]} |")
    table = st.lists(cells, min_size=2, max_size=4).map(lambda rows: "\n".join([rows[0], "|---|:---:|", *rows[1:]]))
    lines = st.lists(words, min_size=1, max_size=3).map("\n".join)
    return "\n\n".join(draw(st.lists(st.one_of(lines, table), min_size=1, max_size=4)))


@given(simple_sources())
@settings(max_examples=400)
def test_2_6_usual_markdown_needs_no_document_and_shows_the_same(source: str) -> None:
    quick = quick_prose(source)
    if quick is not None:
        assert quick == prose_document(Prose(source)).toRawText()


def test_2_6_what_the_quick_way_knows() -> None:
    assert quick_prose("**Done.** See `a_b.rs`.\n\nNext") == "Done. See a_b.rs.\u2029Next"
    assert quick_prose("- a list") is None
    assert quick_prose(TABLE) is not None
