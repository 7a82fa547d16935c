"""The tokens of the look, read once from resources/look/tokens.json. GUI thread or any other; no Qt objects.

Lengths are logical pixels at 100 % zoom. No colour is written anywhere else in the code.
"""

from __future__ import annotations

import json
from enum import StrEnum
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any


class Theme(StrEnum):
    """The two palettes."""

    LIGHT = "light"
    DARK = "dark"


class Density(StrEnum):
    """How close rows and messages stand; the values are the names under `density` in the tokens."""

    COMPACT = "compact"
    COMFORTABLE = "comfortable"
    SPACIOUS = "spacious"


class TypeUse(StrEnum):
    """What a font is for; the values are the names under `type` in the tokens."""

    START = "start"
    PAGE = "page"
    PROSE = "prose"
    BODY = "body"
    ROW_TITLE = "row_title"
    ROW_TITLE_LARGE = "row_title_large"
    ROW_TITLE_LARGE_QUIET = "row_title_large_quiet"
    SECTION = "section"
    FACT = "fact"
    FACT_QUIET = "fact_quiet"
    SMALL = "small"
    SMALL_STRONG = "small_strong"
    CAPTION = "caption"
    CODE = "code"
    CODE_INLINE = "code_inline"


MONO_USES = frozenset({TypeUse.CODE, TypeUse.CODE_INLINE})


@cache
def _resources() -> Traversable:
    """Where fonts, icons and tokens are; to find them anew for each icon would be a good part of drawing it."""
    return resources.files("resources")


def read_resource(*names: str) -> bytes:
    """Read a bundled file, named by its folders and itself."""
    return _resources().joinpath(*names).read_bytes()


@cache
def tokens() -> dict[str, Any]:
    """The whole token file as a dict; a constant of the program, not state."""
    parsed: dict[str, Any] = json.loads(read_resource("look", "tokens.json"))
    return parsed


def hex_colour(theme: Theme, role: str) -> str:
    """The colour of a role as "#RRGGBB". Raises KeyError for a role that is not in the tokens."""
    value: str = tokens()[theme.value][role]
    return value


def type_of(use: TypeUse) -> tuple[int, int, int]:
    """Size and line height in logical pixels, and weight, of a type use."""
    size, line, weight = tokens()["type"][use.value]
    return int(size), int(line), int(weight)


def density_of(density: Density) -> dict[str, Any]:
    """Lengths of one density: row, lines, tree_row, message_gap, prose (size and line height)."""
    found: dict[str, Any] = tokens()["density"][density.value]
    return found
