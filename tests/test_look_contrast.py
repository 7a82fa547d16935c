"""Every pair of colours that may meet keeps its contrast: 4.5 : 1 for text, 3 : 1 for marks and edges (2.12)."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

TEXT_LIMIT = 4.5
MARK_LIMIT = 3.0
THEMES = ("light", "dark")

PLAIN = ("window", "base", "raised", "sunken", "code", "hover", "hover_window", "pressed")
"""Surfaces that text of any weight may lie on."""

CHOSEN = ("select", "select_inactive")
TINTS = ("error_tint", "warn_tint", "ok_tint")
CODE = ("code", "base")

TEXT_ON: dict[str, tuple[str, ...]] = {
    "text": (
        *PLAIN,
        *CHOSEN,
        *TINTS,
        "prompt",
        "text_select",
        "diff_add",
        "diff_add_word",
        "diff_del",
        "diff_del_word",
    ),
    "text_2": (*PLAIN, *TINTS, "prompt", "area_fill"),
    "text_3": ("window", "base", "raised", "sunken", "code", "hover", "hover_window", "prompt"),
    "accent": (*PLAIN, *CHOSEN, "prompt"),
    "error": (*PLAIN, *CHOSEN, "error_tint", "prompt"),
    "warn": (*PLAIN, *CHOSEN, "warn_tint", "prompt"),
    "ok": (*PLAIN, *CHOSEN, "ok_tint", "prompt"),
    "on_accent": ("accent_fill", "accent_fill_hover", "accent_fill_pressed"),
    "on_hit": ("hit",),
    "on_hit_current": ("hit_current",),
    **{f"syn_{part}": CODE for part in ("keyword", "string", "number", "function", "comment", "type", "plain")},
}
"""Text role, and the surfaces on which text of that colour is drawn."""

MARKS_ON: dict[str, tuple[str, ...]] = {
    "line_control": ("window", "base", "raised", "sunken", "code", "select_inactive"),
    "accent": (*PLAIN, *CHOSEN, "prompt"),
    **{
        f"mark_{kind}": ("window", "base", "raised") for kind in ("prompt", "tool", "text", "reason", "error", "notice")
    },
    "area_line": ("base", "area_fill"),
}
"""Marks, edges and bars that carry a meaning, and what they lie on."""

PAIRS = [(role, surface, TEXT_LIMIT) for role, surfaces in TEXT_ON.items() for surface in surfaces] + [
    (role, surface, MARK_LIMIT) for role, surfaces in MARKS_ON.items() for surface in surfaces
]


@cache
def _colours(theme: str) -> dict[str, str]:
    path = Path(__file__).resolve().parent.parent / "resources" / "look" / "tokens.json"
    colours: dict[str, str] = json.loads(path.read_text("utf-8"))[theme]
    return colours


def test_the_measure_itself_is_right_at_its_ends(contrast: Callable[[str, str], float]) -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)


@pytest.mark.parametrize("theme", THEMES)
def test_1_8_2_12_each_colour_can_be_told_from_every_surface_it_may_lie_on(
    theme: str, contrast: Callable[[str, str], float]
) -> None:
    colours = _colours(theme)
    weak = [
        f"{role} on {surface}: {found:.2f} < {limit}"
        for role, surface, limit in PAIRS
        if (found := contrast(colours[role], colours[surface])) < limit
    ]
    assert weak == []


@pytest.mark.parametrize("theme", THEMES)
def test_1_8_both_themes_have_the_same_roles(theme: str) -> None:
    assert _colours(theme).keys() == _colours("light").keys()


def test_1_8_an_emptied_table_of_pairs_would_be_noticed() -> None:
    assert len(set(PAIRS)) >= 130
