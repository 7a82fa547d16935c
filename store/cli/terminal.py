"""Where the output goes: whether a terminal reads it, how wide it is, whether it may be coloured."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO


class Ink(StrEnum):
    """Ways to set text apart; the value is the parameter of the terminal's SGR sequence. Hue is information."""

    STRONG = "1"
    QUIET = "2"
    FAILED = "31"
    RUNNING = "32"
    YOURS = "34"


@dataclass(frozen=True, slots=True)
class Surface:
    """What the people's form is written on.

    Attributes:
        columns: cells of a line; None when no terminal reads it and lines may be of any length.
        has_colour: whether escape sequences of our own may be written.
    """

    columns: int | None = None
    has_colour: bool = False

    def inked(self, text: str, *inks: Ink) -> str:
        """Set a text apart, where colours are wanted."""
        if not self.has_colour or not inks or not text:
            return text
        return f"\x1b[{';'.join(inks)}m{text}\x1b[0m"


def surface_of(stream: TextIO, environment: Mapping[str, str] = os.environ) -> Surface:
    """Look at a stream: colours only on a terminal, and not where NO_COLOR or a dumb terminal says otherwise."""
    if not stream.isatty():
        return Surface()
    has_colour = not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    return Surface(columns=shutil.get_terminal_size().columns, has_colour=has_colour)
