"""What the command palette finds (2.11): every action by words of its name and its menus, what fits best first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commands import ActionId, Need
from app.present.commands_text import REASONS, command_texts, find_commands


def found(typed: str, *recent: ActionId) -> list[ActionId]:
    return [one.command.action for one in find_commands(typed, command_texts(), recent)]


def test_2_11_every_action_is_listed_once_with_its_menus() -> None:
    texts = {text.action: text for text in command_texts()}
    assert set(texts) == set(ActionId)
    assert len(command_texts()) == len(ActionId)
    assert (texts[ActionId.SORT_TITLE].path, texts[ActionId.SORT_TITLE].name) == ("View › Sort by", "Title")
    assert (texts[ActionId.OPEN].path, texts[ActionId.OPEN].name) == ("File", "Open")
    assert texts[ActionId.CANCEL].path == ""


def test_2_11_with_nothing_typed_what_was_used_last_comes_first_and_nothing_is_missing() -> None:
    assert found("", ActionId.RELOAD, ActionId.OPEN)[:2] == [ActionId.RELOAD, ActionId.OPEN]
    assert set(found("")) == set(ActionId)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("sort ti", ActionId.SORT_TITLE),
        ("reload", ActionId.RELOAD),
        ("diag", ActionId.COPY_DIAGNOSTICS),
        ("np", ActionId.NEXT_PROMPT),
        ("DENSITY compact", ActionId.DENSITY_COMPACT),
        ("folder add", ActionId.ADD_PLACE),
    ],
)
def test_2_11_words_of_name_and_menu_find_an_action_in_any_order(typed: str, first: ActionId) -> None:
    assert found(typed)[0] is first


def test_2_11_of_two_that_fit_equally_the_one_used_last_is_first() -> None:
    assert found("find ", ActionId.FIND_PREVIOUS)[0] is ActionId.FIND_PREVIOUS
    assert found("find ")[0] is ActionId.FIND


def test_2_11_words_that_no_command_has_find_nothing() -> None:
    assert found("xyzzy") == []


@given(st.text(max_size=20))
def test_2_11_whatever_is_typed_the_marks_lie_in_the_names_in_order(typed: str) -> None:
    for one in find_commands(typed, command_texts()):
        ends = [0, *(end for _begin, end in one.hits)]
        assert all(begin >= before for before, (begin, _end) in zip(ends, one.hits, strict=False))
        assert ends[-1] <= len(one.command.name)


def test_2_11_every_need_has_a_reason_when_it_is_not_met() -> None:
    assert {need for need in Need if not REASONS[need]} == {Need.NOTHING}
