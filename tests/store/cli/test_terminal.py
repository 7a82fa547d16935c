"""Invariant: colours are written on a terminal only, and not where the user does not want them."""

from __future__ import annotations

import io
import os
import pty
from collections.abc import Iterator
from typing import TextIO

import pytest

from store.cli.terminal import Ink, Surface, surface_of


@pytest.fixture
def terminal() -> Iterator[TextIO]:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as stream:
        yield stream
    os.close(ours)


def test_a_pipe_or_file_gets_no_colours_and_no_width() -> None:
    assert surface_of(io.StringIO(), {}) == Surface(columns=None, has_colour=False)


def test_a_terminal_gets_colours(terminal: TextIO) -> None:
    surface = surface_of(terminal, {"TERM": "xterm"})
    assert surface.has_colour
    assert surface.columns


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_color_and_dumb_terminals_are_respected(terminal: TextIO, environment: dict[str, str]) -> None:
    assert not surface_of(terminal, environment).has_colour


def test_ink_surrounds_text_and_ends_after_it() -> None:
    assert Surface(has_colour=True).inked("x", Ink.STRONG, Ink.YOURS) == "\x1b[1;34mx\x1b[0m"
    assert Surface().inked("x", Ink.STRONG) == "x"
