"""Invariant: columns line up, whatever the script of their text and however narrow the terminal."""

from __future__ import annotations

from store.cli.table import Cell, Column, Table
from store.cli.terminal import Ink, Surface
from store.cli.visible import width_of

COLUMNS = [
    Column("Id", least=4, most=8, is_id=True),
    Column("Title", least=6, most=20),
    Column("Model", least=5, most=10, leaves_at=1),
    Column("Size", least=4, most=8, is_number=True),
]
ROWS = [
    ("01a05fa9", "Fix the parser", "opus", "91.8 kB"),
    ("01a05fb0", "修正解析器的问题吧", "–", "1 B"),
    ("01a05fc1", "שלום e\u0301", "gpt", "12 MB"),
]


def drawn(surface: Surface, rows: list[tuple[str, ...]] = ROWS) -> str:
    return "\n".join(Table(COLUMNS, surface).lines([[Cell(text) for text in row] for row in rows]))


def test_1_case_8_columns_line_up_with_cjk_and_combining_marks() -> None:
    assert drawn(Surface()) == (
        "Id        Title               Model     Size\n"
        "01a05fa9  Fix the parser      opus   91.8 kB\n"
        "01a05fb0  修正解析器的问题吧  –          1 B\n"
        "01a05fc1  שלום e\u0301              gpt      12 MB"
    )


def test_on_a_narrow_terminal_text_is_elided_and_ids_are_cut() -> None:
    lines = drawn(Surface(columns=30)).split("\n")
    assert lines == [
        "Id      Title   Model     Size",
        "01a05f  Fix t…  opus   91.8 kB",
        "01a05f  修正…   –          1 B",
        "01a05f  שלום e\u0301  gpt      12 MB",
    ]
    assert {width_of(line) for line in lines} == {30}


def test_on_a_narrower_one_the_column_that_may_leave_is_gone() -> None:
    assert drawn(Surface(columns=24)).split("\n")[:2] == ["Id       Title      Size", "01a05fa  Fix t…  91.8 kB"]


def test_the_head_comes_once_and_later_rows_keep_the_widths() -> None:
    table = Table(COLUMNS, Surface())
    first = table.lines([[Cell(text) for text in ROWS[0]]])
    later = table.lines([[Cell("x"), Cell("y" * 40), Cell("z"), Cell("1 B")]])
    assert len(first) == 2
    assert later == ["x         " + "y" * 13 + "…  z          1 B"]


def test_colours_are_written_only_where_they_are_wanted() -> None:
    row = [Cell("01"), Cell("t", (Ink.FAILED,)), Cell("m"), Cell("1 B")]
    assert "\x1b" not in "".join(Table(COLUMNS, Surface(columns=80)).lines([row]))
    assert "\x1b[31mt\x1b[0m " in "".join(Table(COLUMNS, Surface(columns=80, has_colour=True)).lines([row]))
