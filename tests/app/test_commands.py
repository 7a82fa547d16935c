"""Every action has its place, and what is possible follows from what is shown alone."""

from __future__ import annotations

from itertools import chain

import pytest

from app.commands import ACTIONS, GROUPINGS, SORT_KEYS, VIEWS, ActionId, Need, ShellState, enabled_actions
from app.menus import (
    HEADER_MENU,
    LIBRARY_MENU,
    MENUS,
    MESSAGE_MENU,
    RECENT_TITLE,
    SESSION_MENU,
    SORT_MENU,
    TOOL_BAR_LEFT,
    TOOL_BAR_RIGHT,
    Menu,
    MenuPart,
)
from store.values.listing import CatalogueKey
from store.values.session import SortKey


def _needing(*needs: Need) -> frozenset[ActionId]:
    return frozenset(name for name, spec in ACTIONS.items() if spec.need in needs)


CONTEXT_MENUS = {"library": LIBRARY_MENU, "session": SESSION_MENU, "header": HEADER_MENU, "message": MESSAGE_MENU}
ALWAYS = _needing(Need.NOTHING, Need.SMALLER_ZOOM, Need.LARGER_ZOOM)
PANES = frozenset(
    {
        ActionId.SHOW_LIBRARY,
        ActionId.SHOW_PAGE,
        ActionId.NEXT_PANE,
        ActionId.PREVIOUS_PANE,
        ActionId.RELOAD,
        *VIEWS,
    }
)
PLACE = frozenset({ActionId.COPY_STORE_PATH, ActionId.SHOW_IN_FOLDER, ActionId.CHECK_STORE})
STORE = frozenset({ActionId.CLOSE_STORE}) | PLACE
LIST = frozenset({ActionId.SORT_DESCENDING, *SORT_KEYS, *GROUPINGS} | _needing(Need.LIST))
SESSION = frozenset(name for name, spec in ACTIONS.items() if spec.need is Need.SESSION)


@pytest.mark.parametrize(
    ("state", "possible"),
    [
        (ShellState(), ALWAYS),
        (ShellState(has_panes=True), ALWAYS | PANES),
        (ShellState(has_panes=True, has_store=True), ALWAYS | PANES | STORE),
        (ShellState(has_panes=True, has_list=True), ALWAYS | PANES | LIST),
        (ShellState(True, True, True), ALWAYS | PANES | STORE | SESSION),
        (ShellState(has_panes=True, has_session=True), ALWAYS | PANES | PLACE | SESSION),
        (ShellState(is_busy=True), ALWAYS | {ActionId.CANCEL}),
        (ShellState(zoom_percent=200), ALWAYS - {ActionId.ZOOM_IN}),
        (ShellState(zoom_percent=80), ALWAYS - {ActionId.ZOOM_OUT}),
    ],
)
def test_what_is_possible_follows_from_what_is_shown(state: ShellState, possible: frozenset[ActionId]) -> None:
    assert enabled_actions(state) == possible


def test_every_action_is_in_the_registry_and_in_a_menu_or_at_hand_while_it_runs() -> None:
    assert set(ACTIONS) == set(ActionId)
    assert set(ActionId) - set(_entries(MENUS)) == {ActionId.CANCEL}


def test_no_shortcut_means_two_things() -> None:
    keys = list(chain.from_iterable(spec.shortcuts for spec in ACTIONS.values()))
    assert len(keys) == len(set(keys))


def test_1_4_every_order_of_the_store_is_in_the_menu_bar_whatever_columns_are_seen() -> None:
    assert set(SORT_KEYS.values()) == {*SortKey, *CatalogueKey} - {CatalogueKey.PROVIDER}
    assert set(SORT_KEYS) < set(SORT_MENU.entries)
    assert {ACTIONS[name].group for name in SORT_KEYS} == {"sort"}


def test_tool_bar_and_context_menus_offer_only_what_the_menu_bar_offers_with_an_icon_for_each_button() -> None:
    in_menus = set(_entries(MENUS))
    buttons = {*TOOL_BAR_LEFT, *TOOL_BAR_RIGHT}
    popped_up = _entries(tuple(Menu(name, entries) for name, entries in CONTEXT_MENUS.items()))
    assert buttons | set(popped_up) <= in_menus
    assert all(ACTIONS[name].icon and ACTIONS[name].tip for name in buttons)


def test_no_menu_uses_a_mnemonic_twice() -> None:
    inner = [entry for top in MENUS for entry in top.entries if isinstance(entry, Menu)]
    popped_up = [Menu(name, entries) for name, entries in CONTEXT_MENUS.items()]
    for menu in (*MENUS, *inner, *popped_up, Menu("the menu bar", MENUS)):
        texts = [_text_of(entry) for entry in menu.entries]
        letters = [text[text.index("&") + 1].lower() for text in texts if text]
        assert len(letters) == len(set(letters)), menu.title


def _text_of(entry: ActionId | MenuPart | Menu) -> str:
    """The text with its mnemonic; empty for a line between entries."""
    if isinstance(entry, ActionId):
        return ACTIONS[entry].text
    if isinstance(entry, Menu):
        return entry.title
    return RECENT_TITLE if entry is MenuPart.RECENT else ""


def _entries(menus: tuple[Menu, ...]) -> list[ActionId]:
    found: list[ActionId] = []
    for menu in menus:
        found += [entry for entry in menu.entries if isinstance(entry, ActionId)]
        found += _entries(tuple(entry for entry in menu.entries if isinstance(entry, Menu)))
    return found
