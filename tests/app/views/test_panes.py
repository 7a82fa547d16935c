"""How the width is shared among library, sessions and page (look/README: grid, panes)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.panes import pane_widths

MINIMA = (180, 300, 420)


@pytest.mark.parametrize(
    ("total", "minima", "wanted", "widths"),
    [
        (1278, MINIMA, (204, 0), (204, 415, 659)),
        (1918, MINIMA, (204, 0), (204, 840, 874)),
        (1278, MINIMA, (204, 500), (204, 500, 574)),
        (1279, (0, 300, 420), (204, 0), (0, 619, 660)),
        (1279, (180, 300, 0), (204, 500), (204, 1075, 0)),
        (1280, (0, 300, 0), (204, 0), (0, 1280, 0)),
        (900, MINIMA, (320, 800), (180, 300, 420)),
        (450, MINIMA, (204, 0), (90, 150, 210)),
    ],
)
def test_wide_windows_give_to_the_sessions_first_then_to_the_page(total, minima, wanted, widths) -> None:
    assert pane_widths(total, minima, wanted, 840) == widths


@given(
    st.integers(1, 8000),
    st.tuples(st.sampled_from([0, 180, 360]), st.integers(300, 600), st.sampled_from([0, 420, 840])),
    st.tuples(st.integers(180, 640), st.integers(0, 3000)),
)
def test_the_widths_always_fill_the_window_and_keep_their_minima_where_there_is_room(total, minima, wanted) -> None:
    widths = pane_widths(total, minima, wanted, 840)
    assert sum(widths) == total
    assert all(width >= 0 for width in widths)
    if total >= sum(minima):
        assert all(width >= least for width, least in zip(widths, minima, strict=True))
