"""Fonts and icons come from the program itself, whatever the system has."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontInfo, QFontMetricsF

from app.look.look import PROGRAM_ICON_SIDES, Look, add_bundled_fonts, program_icon
from app.look.tokens import Density, Theme, TypeUse


@pytest.fixture
def look(qapp) -> Look:
    add_bundled_fonts()
    return Look(Theme.LIGHT)


@pytest.mark.parametrize(
    ("use", "family", "weight"),
    [
        (TypeUse.PROSE, "Burrow Inter", 400),
        (TypeUse.ROW_TITLE, "Burrow Inter", 500),
        (TypeUse.PAGE, "Burrow Inter", 600),
        (TypeUse.CODE, "Burrow JetBrains Mono", 400),
    ],
)
def test_every_weight_is_the_bundled_one(look: Look, use: TypeUse, family: str, weight: int) -> None:
    found = QFontInfo(look.font(use))
    assert (found.family(), found.weight()) == (family, weight)


def test_figures_line_up_and_words_keep_their_spacing(look: Look) -> None:
    metrics = look.metrics(TypeUse.BODY)
    assert metrics.horizontalAdvance("111,111") == metrics.horizontalAdvance("888,888")
    plain = look.font(TypeUse.BODY)
    plain.unsetFeature(plain.Tag("tnum"))
    assert metrics.horizontalAdvance("e-mail (a)") == QFontMetricsF(plain).horizontalAdvance("e-mail (a)")


def test_the_program_has_an_icon_of_its_own(qapp) -> None:
    icon = program_icon()
    assert [size.width() for size in icon.availableSizes()] == list(PROGRAM_ICON_SIDES)
    assert icon.pixmap(32, 32).toImage().pixelColor(16, 6).alpha() == 255


@pytest.mark.parametrize(("density", "prose_px"), [("compact", 13), ("comfortable", 14), ("spacious", 15)])
@pytest.mark.parametrize("zoom_percent", [80, 100, 200])
def test_2_8_prose_and_the_code_in_it_are_set_as_the_density_says(
    qapp, density: str, prose_px: int, zoom_percent: int
) -> None:
    look = Look(Theme.LIGHT, zoom_percent, Density(density))
    assert look.font(TypeUse.PROSE).pixelSize() == round(prose_px * zoom_percent / 100)
    assert look.font(TypeUse.CODE_INLINE).pixelSize() == round((prose_px - 1) * zoom_percent / 100)
    assert look.font(TypeUse.CODE).pixelSize() == round(12 * zoom_percent / 100)
