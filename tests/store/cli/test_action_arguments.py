"""Invariant: commands that change sessions are understood wherever their options stand, or refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.cli.action_arguments import ActionArguments, ChangesArguments, Manner, UndoArguments
from store.cli.arguments import CopyArguments, HelpArguments, ListArguments, parse
from store.errors import UsageError
from store.values.changes import Action, LabelEdit

ALL = Manner(is_dry_run=True, is_confirmed=True, is_json=True)


@pytest.mark.parametrize("action", [Action.ARCHIVE, Action.RESTORE, Action.DELETE])
@pytest.mark.parametrize(
    "words",
    [
        ("--json", "--yes", "--dry-run", "a", "01", "02"),
        ("a", "--json", "01", "--yes", "02", "--dry-run"),
        ("a", "01", "02", "--dry-run", "--yes", "--json"),
    ],
)
def test_4_7_an_action_takes_a_path_sessions_and_options_in_any_order(action: Action, words: tuple[str, ...]) -> None:
    assert parse([action.value, *words]).command == ActionArguments(action, Path("a"), ("01", "02"), None, ALL)


def test_4_7_label_takes_what_is_set_and_what_is_removed() -> None:
    words = ["label", "a", "--set", "area=x=y", "01", "--set=-k=", "--remove", "by", "--set", "area=z", "--remove=-q"]
    edit = LabelEdit((("area", "z"), ("-k", "")), ("by", "-q"))
    assert parse(words).command == ActionArguments(Action.LABEL, Path("a"), ("01",), edit, Manner())


def test_4_7_undo_and_changes() -> None:
    assert parse(["undo", "0199", "--yes"]).command == UndoArguments("0199", Manner(is_confirmed=True))
    assert parse(["changes"]).command == ChangesArguments(None, False)
    assert parse(["--data-dir", "label", "changes", "--limit", "3", "--json"]).command == ChangesArguments(3, True)


def test_4_7_sessions_that_begin_with_a_dash_come_after_two() -> None:
    assert parse(["archive", "--yes", "--", "-a", "--json"]).command == ActionArguments(
        Action.ARCHIVE, Path("-a"), ("--json",), None, Manner(is_confirmed=True)
    )


@pytest.mark.parametrize(
    "words",
    [
        ("archive",), ("archive", "a"), ("delete", "a", ""), ("label", "a", "01"), ("label", "a", "01", "--set", "x"),
        ("label", "a", "01", "--set", "=x"), ("label", "a", "01", "--remove", ""), ("undo",), ("undo", "a", "b"),
        ("label", "a", "01", "--set", "x=\udc80"), ("changes", "--limit", "-1"), ("archive", "a", "01", "--force"),
    ],
)  # fmt: skip
def test_4_7_what_is_incomplete_is_wrong_usage(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        parse(words)


def test_a_path_that_is_called_like_an_action_changes_no_other_command() -> None:
    assert parse(["copy", "archive", "--all", "out"]).command == CopyArguments(
        Path("archive"), None, Path("out"), False
    )
    listed = parse(["list", "archive", "label", "--limit", "2"]).command
    assert isinstance(listed, ListArguments)
    assert (listed.paths, listed.limit) == ((Path("archive"), Path("label")), 2)


@pytest.mark.parametrize("word", ["archive", "restore", "delete", "label", "undo", "changes"])
def test_4_7_each_command_has_its_help(word: str) -> None:
    command = parse([word, "--help"]).command
    assert isinstance(command, HelpArguments)
    assert command.text.startswith(f"usage: burrow {word} ")
