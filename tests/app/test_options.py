"""The command line of the window: what it understands, and when no window can be shown (1.1, 1.9)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.options import Options, missing_display, parse_options, wants_command_line
from store.errors import UsageError


@pytest.mark.parametrize(
    ("argv", "is_command"),
    [
        ([], False),
        (["list", "x"], True),
        (["--data-dir", "d", "show", "x", "y"], True),
        (["--data-dir", "list"], False),
        (["--version"], True),
        (["paths", "--json"], True),
        (["./list"], False),
        (["store.sqlite3", "list"], False),
        (["--screenshot", "o.png", "--demo"], False),
    ],
)
def test_1_9_the_first_word_decides_between_window_and_command_line(argv: list[str], is_command: bool) -> None:
    assert wants_command_line(argv) is is_command


def test_1_9_everything_that_the_window_can_be_asked_for_is_understood() -> None:
    words = "a b --session 01a --data-dir d --screenshot o.png --size 1280x800 --theme dark --zoom 125"
    assert parse_options(words.split()) == Options(
        paths=(os.path.abspath("a"), os.path.abspath("b")),  # noqa: PTH100
        session="01a",
        data_dir=Path("d"),
        screenshot=Path("o.png"),
        size=(1280, 800),
        theme="dark",
        zoom_percent=125,
    )
    assert parse_options(["--demo"]).is_demo


@pytest.mark.parametrize(
    "words",
    ["--size 0x0 --screenshot o", "--size big --screenshot o", "--size 1280x800", "--zoom 79", "--zoom 201", "--zoom x",
     "--theme pink", "--nonsense", "--size 99999x99999 --screenshot o"],
)  # fmt: skip
def test_1_9_what_is_not_understood_is_one_sentence(words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_options(words.split())
    assert caught.value.sentence.endswith(".")


@pytest.mark.parametrize(
    ("platform", "environment", "is_missing"),
    [
        ("linux", {}, True),
        ("linux", {"DISPLAY": ""}, True),
        ("linux", {"DISPLAY": ":0"}, False),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, False),
        ("linux", {"QT_QPA_PLATFORM": "offscreen"}, False),
        ("darwin", {}, False),
        ("win32", {}, False),
    ],
)
def test_1_1_without_a_display_one_sentence_says_so_and_how(
    platform: str, environment: dict[str, str], is_missing: bool
) -> None:
    sentence = missing_display(platform, environment)
    assert bool(sentence) is is_missing
    if is_missing:
        assert "xvfb-run" in sentence
        assert "burrow list" in sentence
