"""Columns come and go with the width until a person chooses them; each of them sorts (1.4, 2.3)."""

from __future__ import annotations

from app.present.columns import (
    COLUMNS,
    DEFAULT_COLUMNS,
    Column,
    chosen_columns,
    fitting_columns,
    order_after_click,
    order_named,
    with_column,
)
from store.values.listing import CatalogueKey, ListOrder
from store.values.session import SortKey

WIDTHS = {
    Column.STATE: 86,
    Column.MODEL: 129,
    Column.MESSAGES: 75,
    Column.TOKENS: 60,
    Column.SIZE: 61,
    Column.CREATED: 88,
    Column.UPDATED: 88,
    Column.STORE: 110,
    Column.DURATION: 70,
    Column.LABELS: 150,
}


def names(width_px: int, has_many_stores: bool = False) -> str:
    return " · ".join(COLUMNS[column].title for column in fitting_columns(width_px, WIDTHS, 140, 280, has_many_stores))


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
    assert names(1200) == "Title · State · Model · Messages · Tokens · Size · Created · Updated · Duration"


def test_2_3_the_store_is_the_first_column_that_a_list_of_several_stores_adds() -> None:
    assert names(560, has_many_stores=True) == "Title · Store · Tokens · Updated"
    assert names(416, has_many_stores=True) == "Title · Tokens · Updated"


def test_1_4_a_click_sorts_largest_first_and_a_second_click_turns_the_order() -> None:
    by_tokens = order_after_click(Column.TOKENS, ListOrder())
    assert by_tokens == ListOrder(SortKey.TOKENS, is_descending=True)
    assert order_after_click(Column.TOKENS, by_tokens) == ListOrder(SortKey.TOKENS, is_descending=False)


def test_2_3_every_column_sorts_and_words_begin_at_a() -> None:
    keys = [order_after_click(column, ListOrder()).key for column in Column]
    assert len(set(keys)) == len(Column)
    assert order_after_click(Column.TITLE, ListOrder()) == ListOrder(CatalogueKey.TITLE, is_descending=False)
    assert order_after_click(Column.DURATION, ListOrder()) == ListOrder(CatalogueKey.DURATION, is_descending=True)


def test_2_3_chosen_columns_are_known_by_name_and_the_title_leads() -> None:
    assert chosen_columns(("updated", "title", "model", "model", "nonsense")) == (
        Column.TITLE,
        Column.UPDATED,
        Column.MODEL,
    )
    assert chosen_columns(()) == chosen_columns(("nonsense",)) == ()


def test_2_3_a_column_that_is_switched_on_stands_where_it_does_by_default() -> None:
    with_state = with_column(DEFAULT_COLUMNS, Column.STATE, is_seen=True)
    assert with_state == (Column.TITLE, Column.STATE, Column.TOKENS, Column.UPDATED)
    assert with_column(with_state, Column.TOKENS, is_seen=False) == (Column.TITLE, Column.STATE, Column.UPDATED)


def test_2_3_the_title_cannot_be_switched_off() -> None:
    assert with_column(DEFAULT_COLUMNS, Column.TITLE, is_seen=False) == DEFAULT_COLUMNS


def test_2_3_a_moved_column_does_not_send_a_new_one_to_the_end() -> None:
    moved = (Column.TITLE, Column.UPDATED, Column.TOKENS)
    assert with_column(moved, Column.STATE, is_seen=True) == (
        Column.TITLE,
        Column.STATE,
        Column.UPDATED,
        Column.TOKENS,
    )


def test_2_3_orders_are_remembered_by_word_and_an_unknown_word_is_none() -> None:
    for column in Column:
        order = order_after_click(column, ListOrder())
        assert order_named(order.key.value, order.is_descending) == order
    assert order_named("nonsense", True) is None
