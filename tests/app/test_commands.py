"""Every action has its place, and what is possible follows from what is shown alone."""

from __future__ import annotations

from itertools import chain

import pytest

from app.commands import (
    ACTIONS,
    LIBRARY_MENU,
    MENUS,
    TOOL_BAR_LEFT,
    TOOL_BAR_RIGHT,
    ActionId,
    Menu,
    Need,
    ShellState,
    enabled_actions,
)

ALWAYS = frozenset(
    {
        ActionId.OPEN,
        ActionId.OPEN_FOLDER,
        ActionId.OPEN_DEMO,
        ActionId.QUIT,
        ActionId.THEME_SYSTEM,
        ActionId.THEME_LIGHT,
        ActionId.THEME_DARK,
        ActionId.ZOOM_IN,
        ActionId.ZOOM_OUT,
        ActionId.ZOOM_RESET,
        ActionId.COPY_LOG_PATH,
    }
)
PANES = frozenset({ActionId.SHOW_LIBRARY, ActionId.SHOW_PAGE, ActionId.NEXT_PANE, ActionId.PREVIOUS_PANE})
SESSION = frozenset(name for name, spec in ACTIONS.items() if spec.need is Need.SESSION)


@pytest.mark.parametrize(
    ("state", "possible"),
    [
        (ShellState(), ALWAYS),
        (ShellState(has_panes=True), ALWAYS | PANES),
        (ShellState(has_panes=True, has_store=True), ALWAYS | PANES | {ActionId.RELOAD}),
        (ShellState(True, True, True), ALWAYS | PANES | {ActionId.RELOAD} | SESSION),
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


def test_tool_bar_and_context_menu_offer_only_what_the_menu_bar_offers_with_an_icon_for_each_button() -> None:
    in_menus = set(_entries(MENUS))
    buttons = {*TOOL_BAR_LEFT, *TOOL_BAR_RIGHT}
    assert buttons | {entry for entry in LIBRARY_MENU if isinstance(entry, ActionId)} <= in_menus
    assert all(ACTIONS[name].icon and ACTIONS[name].tip for name in buttons)


def test_no_menu_uses_a_mnemonic_twice() -> None:
    for menu in MENUS:
        letters = [ACTIONS[e].text if isinstance(e, ActionId) else e.title for e in menu.entries
                   if isinstance(e, (ActionId, Menu))]  # fmt: skip
        letters = [text[text.index("&") + 1].lower() for text in letters]
        assert len(letters) == len(set(letters)), menu.title


def _entries(menus: tuple[Menu, ...]) -> list[ActionId]:
    found: list[ActionId] = []
    for menu in menus:
        found += [entry for entry in menu.entries if isinstance(entry, ActionId)]
        found += _entries(tuple(entry for entry in menu.entries if isinstance(entry, Menu)))
    return found
