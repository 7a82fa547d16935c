"""The slab sums say the same as plain sums, whatever is asked or changed (B4)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.views.transcript.heights import SLAB, Heights

ROWS = st.lists(st.integers(0, 500), max_size=3 * SLAB)


@given(ROWS, st.data())
def test_B4_tops_and_totals_equal_plain_sums_after_any_changes(rows: list[int], data: st.DataObject) -> None:
    heights = Heights(rows)
    for _ in range(data.draw(st.integers(0, 5)) if rows else 0):
        row, height = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, 900))
        rows[row] = height
        heights.set(row, height)
    assert heights.total == sum(rows)
    for row in {0, len(rows) // 2, len(rows)}:
        assert heights.top(row) == sum(rows[:row])


@given(ROWS.filter(lambda rows: sum(rows) > 0), st.data())
def test_B4_the_row_found_at_a_y_covers_it(rows: list[int], data: st.DataObject) -> None:
    heights = Heights(rows)
    y = data.draw(st.integers(0, sum(rows) - 1))
    row, inside = heights.row_at(y)
    assert heights.top(row) + inside == y
    assert 0 <= inside < heights.height(row)


def test_B4_below_everything_is_the_end_of_the_last_row() -> None:
    assert Heights([10, 20]).row_at(1_000) == (1, 20)
    assert Heights().row_at(5) == (0, 0)
