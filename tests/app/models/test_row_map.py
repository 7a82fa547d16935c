"""Lines and rows of a grouped and folded list agree with the plain list of what is seen (2.3)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.models.row_map import RowMap
from store.values.listing import Group

SIZES = st.lists(st.integers(min_value=1, max_value=9), max_size=8)


def groups_of(sizes: list[int]) -> tuple[Group, ...]:
    begins = [sum(sizes[:n]) for n in range(len(sizes) + 1)]
    return tuple(Group(f"g{n}", begins[n], begins[n + 1]) for n in range(len(sizes)))


def plain(groups: tuple[Group, ...], folded: frozenset[str]) -> list[tuple[str, int]]:
    """What is seen, line by line, in the simplest way."""
    lines: list[tuple[str, int]] = []
    for number, group in enumerate(groups):
        lines.append(("heading", number))
        if group.value not in folded:
            lines.extend(("row", row) for row in range(group.begin, group.end))
    return lines


@st.composite
def grouped(draw: st.DrawFn) -> tuple[tuple[Group, ...], frozenset[str]]:
    groups = groups_of(draw(SIZES))
    return groups, frozenset(draw(st.sets(st.sampled_from([g.value for g in groups])) if groups else st.just(set())))


@given(grouped())
def test_2_3_every_line_shows_what_the_plain_list_shows(case: tuple[tuple[Group, ...], frozenset[str]]) -> None:
    groups, folded = case
    if not groups:
        return
    seen, lines = plain(groups, folded), RowMap(groups[-1].end, groups, folded)
    assert lines.line_count == len(seen)
    for line, (kind, number) in enumerate(seen):
        assert lines.heading_at(line) == (number if kind == "heading" else None)
        assert lines.row_at(line) == (number if kind == "row" else None)
    for row in range(groups[-1].end):
        assert lines.line_of(row) == (seen.index(("row", row)) if ("row", row) in seen else None)
    for beyond in (-1, len(seen), len(seen) + 5):
        assert lines.row_at(beyond) is None
        assert lines.heading_at(beyond) is None


@given(grouped(), st.integers(-3, 60), st.integers(-3, 60))
def test_2_3_spans_and_counts_of_lines_are_those_of_the_plain_list(
    case: tuple[tuple[Group, ...], frozenset[str]], begin: int, end: int
) -> None:
    groups, folded = case
    if not groups:
        return
    lines = RowMap(groups[-1].end, groups, folded)
    expected = [number for kind, number in plain(groups, folded)[max(begin, 0) : max(end, 0)] if kind == "row"]
    assert [row for span in lines.row_spans(begin, end) for row in range(*span)] == expected
    assert lines.count_rows(begin, end) == len(expected)
    shown = [lines.line_of(row) for row in range(max(begin, 0), min(end, lines.row_count))]
    found = [line for span in lines.line_spans(begin, end) for line in range(*span)]
    assert found == [line for line in shown if line is not None]


@given(grouped(), st.data())
def test_2_3_folding_later_is_as_folding_at_once(
    case: tuple[tuple[Group, ...], frozenset[str]], data: st.DataObject
) -> None:
    groups, folded = case
    if not groups:
        return
    lines = RowMap(groups[-1].end, groups, folded)
    number = data.draw(st.integers(0, len(groups) - 1))
    is_folded = data.draw(st.booleans())
    lines.set_folded(number, is_folded)
    wanted = folded | {groups[number].value} if is_folded else folded - {groups[number].value}
    assert lines.heading_lines == RowMap(groups[-1].end, groups, wanted).heading_lines
    assert lines.is_folded(number) is is_folded


@given(st.integers(0, 50))
def test_2_3_without_groups_a_line_is_a_row(count: int) -> None:
    lines = RowMap(count)
    assert lines.line_count == count
    assert [lines.row_at(line) for line in range(count)] == list(range(count))
    assert [lines.line_of(row) for row in range(count)] == list(range(count))
    for spans in (lines.row_spans, lines.line_spans):
        assert list(spans(-4, count + 4)) == ([(0, count)] if count else [])
    assert lines.heading_lines == []
