"""A `Look`: one theme at one zoom and density, with its colours, fonts, measures and icons. GUI thread only.

Views get a Look when they are made and a new one through `set_look` when one of them changes; they never ask the
application for a palette or a font.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.look.tokens import (
    MONO_USES,
    Density,
    Theme,
    TypeUse,
    density_of,
    hex_colour,
    read_resource,
    tokens,
    type_of,
)

_FONT_FILES = (
    "inter/Inter-Regular.ttf",
    "inter/Inter-Italic.ttf",
    "inter/Inter-Medium.ttf",
    "inter/Inter-SemiBold.ttf",
    "jetbrains-mono/JetBrainsMono-Regular.ttf",
    "jetbrains-mono/JetBrainsMono-Italic.ttf",
    "jetbrains-mono/JetBrainsMono-SemiBold.ttf",
)

PROGRAM_ICON_SIDES = (16, 32, 64)


def add_bundled_fonts() -> None:
    """Make the bundled fonts known to Qt; once, after the application object exists."""
    for name in _FONT_FILES:
        QFontDatabase.addApplicationFontFromData(QByteArray(read_resource("fonts", *name.split("/"))))


def program_icon() -> QIcon:
    """The program's own icon, for windows and task bars; the same in both themes."""
    renderer = QSvgRenderer(QByteArray(read_resource("icons", "burrow.svg")))
    icon = QIcon()
    for side in PROGRAM_ICON_SIDES:
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


class Look:
    """One theme at one zoom and density.

    Attributes:
        theme: light or dark.
        zoom_percent: 80 to 200.
        density: how close rows and messages stand.
    """

    def __init__(self, theme: Theme, zoom_percent: int = 100, density: Density = Density.COMFORTABLE) -> None:
        self.theme = theme
        self.zoom_percent = zoom_percent
        self.density = density
        self._colours: dict[str, QColor] = {}
        self._fonts: dict[TypeUse, QFont] = {}
        self._metrics: dict[TypeUse, QFontMetricsF] = {}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}

    def px(self, length: float) -> int:
        """A length of the tokens at this zoom, in whole logical pixels; never 0 for a length above 0."""
        scaled = round(length * self.zoom_percent / 100)
        return max(scaled, 1) if length > 0 else scaled

    @property
    def row_px(self) -> int:
        """Height of a session's row."""
        return self.px(density_of(self.density)["row"])

    @property
    def row_lines(self) -> int:
        """Lines of a session's row: 1 or 2."""
        return int(density_of(self.density)["lines"])

    @property
    def tree_row_px(self) -> int:
        """Height of a row of the library."""
        return self.px(density_of(self.density)["tree_row"])

    @property
    def message_gap_px(self) -> int:
        """Distance between two messages."""
        return self.px(density_of(self.density)["message_gap"])

    def colour(self, role: str) -> QColor:
        """The colour of a role, by its name in the tokens ("text_2")."""
        found = self._colours.get(role)
        if found is None:
            found = self._colours[role] = QColor(hex_colour(self.theme, role))
        return found

    def font(self, use: TypeUse) -> QFont:
        """The font of a type use, with tabular figures, and without ligatures in code."""
        found = self._fonts.get(use)
        if found is None:
            found = self._fonts[use] = self._make_font(use)
        return found

    def _make_font(self, use: TypeUse) -> QFont:
        size, _line, weight = self._type_of(use)
        is_mono = use in MONO_USES
        font = QFont()
        font.setFamilies(tokens()["type"]["mono_family" if is_mono else "ui_family"])
        font.setPixelSize(self.px(size))
        font.setWeight(QFont.Weight(weight))
        font.setFeature(QFont.Tag("tnum"), 1)
        if is_mono:
            font.setFixedPitch(True)
            font.setFeature(QFont.Tag("liga"), 0)
            font.setFeature(QFont.Tag("calt"), 0)
        return font

    def metrics(self, use: TypeUse) -> QFontMetricsF:
        """Metrics of the font of a type use."""
        found = self._metrics.get(use)
        if found is None:
            found = self._metrics[use] = QFontMetricsF(self.font(use))
        return found

    def line_px(self, use: TypeUse) -> int:
        """Line height of a type use."""
        return self.px(self._type_of(use)[1])

    def _type_of(self, use: TypeUse) -> tuple[int, int, int]:
        """Size, line height and weight of a type use; prose, and the code in it, is set as the density says."""
        size, line, weight = type_of(use)
        if use in (TypeUse.PROSE, TypeUse.CODE_INLINE):
            beside_prose = size - type_of(TypeUse.PROSE)[0]
            prose, line = density_of(self.density)["prose"]
            size = prose + beside_prose
        return size, line, weight

    def pixmap(self, name: str, role: str, size: int, ratio: float = 1.0) -> QPixmap:
        """An icon drawn in the colour of a role; `size` in logical pixels at 100 % zoom (12, 14, 16, 24)."""
        key = (name, role, size, ratio)
        found = self._pixmaps.get(key)
        if found is None:
            found = self._pixmaps[key] = self._draw_icon(name, role, size, ratio)
        return found

    def _draw_icon(self, name: str, role: str, size: int, ratio: float) -> QPixmap:
        svg = read_resource("icons", f"{name}.svg").decode()
        stroke = tokens()["icon"]["stroke_at"].get(str(size), 2)
        svg = svg.replace("currentColor", self.colour(role).name())
        svg = re.sub(r'stroke-width="[^"]*"', f'stroke-width="{stroke}"', svg, count=1)
        side = round(self.px(size) * ratio)
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, side, side))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def icon(self, name: str, role: str = "text_2", size: int = 16, ratio: float = 2.0) -> QIcon:
        """An icon for a control, with a disabled form."""
        icon = QIcon(self.pixmap(name, role, size, ratio))
        icon.addPixmap(self.pixmap(name, "text_disabled", size, ratio), QIcon.Mode.Disabled)
        return icon

    def palette(self) -> QPalette:
        """The application's palette, as the tokens' `qpalette` says."""
        table = tokens()["qpalette"]
        palette = QPalette()
        for name, role in table.items():
            if isinstance(role, str):
                palette.setColor(getattr(QPalette.ColorRole, name), self.colour(role))
        for group in ("Inactive", "Disabled"):
            for name, role in table[group].items():
                palette.setColor(
                    getattr(QPalette.ColorGroup, group), getattr(QPalette.ColorRole, name), self.colour(role)
                )
        return palette
