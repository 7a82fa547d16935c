"""Invariant: what is not understood is said in one sentence, and nothing is offered that does not work yet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from store.cli.arguments import (
    COMMANDS,
    DerivedKey,
    HelpArguments,
    ListArguments,
    ListForm,
    ListOrder,
    PathsArguments,
    ShowArguments,
    VersionArguments,
    parse,
)
from store.errors import UsageError
from store.values.session import SortKey


def test_1_9_list_takes_paths_and_is_newest_first() -> None:
    assert parse(["list", "a", "b"]).command == ListArguments(
        (Path("a"), Path("b")), ListOrder(SortKey.UPDATED, True), 0, None, ListForm.PEOPLE
    )


@pytest.mark.parametrize(
    ("words", "order"),
    [
        (["--sort", "title"], ListOrder(DerivedKey.TITLE, False)),
        (["--sort", "-title"], ListOrder(DerivedKey.TITLE, True)),
        (["--sort=-total_tokens"], ListOrder(SortKey.TOKENS, True)),
        (["--sort", "id"], ListOrder(SortKey.ID, False)),
    ],
)
def test_1_9_sort_takes_a_field_and_a_dash_for_descending(words: list[str], order: ListOrder) -> None:
    command = parse(["list", "a", *words]).command
    assert isinstance(command, ListArguments)
    assert command.order == order


def test_1_9_limit_offset_and_form() -> None:
    assert parse(["list", "a", "--limit", "5", "--offset", "10", "--json-lines"]).command == ListArguments(
        (Path("a"),), ListOrder(), 10, 5, ListForm.JSON_LINES
    )


def test_1_9_show_takes_a_path_and_a_session() -> None:
    assert parse(["show", "a", "01a0", "--raw", "--json"]).command == ShowArguments(Path("a"), "01a0", True, True)


def test_a_path_that_begins_with_a_dash_comes_after_two() -> None:
    command = parse(["list", "--", "--sort"]).command
    assert isinstance(command, ListArguments)
    assert command.paths == (Path("--sort"),)


@pytest.mark.parametrize("words", [["--data-dir", "d", "list", "a"], ["list", "a", "--data-dir", "d"]])
def test_1_9_data_dir_goes_before_and_after_the_command(words: list[str]) -> None:
    assert parse(words).data_dir == Path("d")


def test_the_words_that_mean_a_command_are_those_that_are_understood() -> None:
    for word in COMMANDS:
        assert isinstance(parse([word, "--help"]).command, HelpArguments)


def test_version_paths_and_help() -> None:
    assert parse(["--version"]).command == VersionArguments()
    assert parse(["paths", "--json"]).command == PathsArguments(True)
    for words in (["--help"], ["list", "--help"], ["show", "-h"], ["paths", "-h"]):
        command = parse(words).command
        assert isinstance(command, HelpArguments)
        assert command.text.startswith("usage: burrow")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "A command is needed: list, show, doctor, copy, archive, restore, delete, label, undo, changes or paths."),
        (["list", ""], "A path is empty; it is a database file, a session file, a realm, or a folder to search."),
        (["show", "a"], "burrow show needs a path and a session: its id or the beginning of it."),
        (["show", "a", ""], "burrow show needs a path and a session: its id or the beginning of it."),
        (["list", "a", "--filter", "x"], "Unrecognized arguments: --filter x."),
        (["show", "a", "b", "--revision", ""], "--revision needs a name, or the beginning of one."),
        (["list", "a", "--limit", "-1"], "Argument --limit: '-1' is not a count."),
        (["list", "a", "--limit", "many"], "Argument --limit: 'many' is not a count."),
        (["list", "a", "--json", "--json-lines"], "Argument --json-lines: not allowed with argument --json."),
        (["list", "a", "--data-dir", ""], "--data-dir needs a folder."),
    ],
)
def test_1_9_wrong_usage_is_one_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(words)
    assert caught.value.sentence == sentence
    assert re.fullmatch(r"(See burrow( list| show)? --help|Write: burrow .+)\.?", caught.value.advice)


def test_1_9_an_unknown_field_names_the_fields_that_there_are() -> None:
    with pytest.raises(
        UsageError, match=r"'colour' is not a field to sort by; these are: updated_at, .* output_tokens"
    ):
        parse(["list", "a", "--sort", "colour"])
