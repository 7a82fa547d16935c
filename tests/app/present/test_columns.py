"""Columns come and go with the width, and only what the file stores can sort (1.4)."""

from __future__ import annotations

from app.present.columns import COLUMNS, Column, order_after_click, seen_columns
from store.values.session import SortKey, SortOrder

WIDTHS = {
    Column.STATE: 86,
    Column.MODEL: 129,
    Column.MESSAGES: 75,
    Column.TOKENS: 60,
    Column.SIZE: 61,
    Column.CREATED: 88,
    Column.UPDATED: 88,
}


def names(width_px: int) -> str:
    return " · ".join(COLUMNS[column].title for column in seen_columns(width_px, WIDTHS, 140, 280))


def test_1_4_a_narrow_list_shows_title_tokens_and_updated() -> None:
    assert names(300) == names(416) == "Title · Tokens · Updated"


def test_1_8_a_list_too_narrow_for_them_drops_columns_whole() -> None:
    assert names(250) == "Title · Updated"
    assert names(200) == "Title"


def test_1_4_the_list_of_a_wide_window_adds_state_model_messages_and_size() -> None:
    assert names(828) == "Title · State · Model · Messages · Tokens · Size · Updated"


def test_1_4_columns_are_added_one_by_one_and_created_last() -> None:
    assert names(520) == "Title · State · Tokens · Updated"
    assert names(650) == "Title · State · Model · Tokens · Updated"
    assert names(1200) == "Title · State · Model · Messages · Tokens · Size · Created · Updated"


def test_1_4_a_click_sorts_largest_first_and_a_second_click_turns_the_order() -> None:
    by_tokens = order_after_click(Column.TOKENS, SortOrder())
    assert by_tokens == SortOrder(SortKey.TOKENS, is_descending=True)
    assert order_after_click(Column.TOKENS, by_tokens) == SortOrder(SortKey.TOKENS, is_descending=False)


def test_1_4_columns_that_the_file_does_not_store_do_not_sort() -> None:
    unsortable = [column for column in Column if order_after_click(column, SortOrder()) is None]
    assert unsortable == [Column.TITLE, Column.STATE, Column.MODEL]
