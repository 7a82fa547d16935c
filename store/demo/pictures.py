"""The pictures in the demo library, drawn here: charts and a terminal, as small PNG files.

Pure functions without any library: a palette picture is a row of bytes for each line of pixels.
"""

from __future__ import annotations

import itertools
import math
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

WHITE, INK, GREY, LINE, BLUE, RED, AMBER, GREEN, NIGHT, FOG, LEAF, ROSE = range(12)
PALETTE: Final = bytes.fromhex(
    "ffffff 1d1b18 7a746b e0dcd6 2d52cf c8372d d9a441 1b6b41 1c1f26 cdd3de 76ce9b ff978d".replace(" ", "")
)

_GLYPHS: Final[Mapping[str, str]] = {
    letter: rows
    for letters, drawn in (
        ("ABCDEFGHIJKLM", "25755 65656 34443 65556 74647 74644 34553 55755 72227 11152 55655 44447 57755"),
        ("NOPQRSTUVWXYZ", "65555 25552 65644 25563 65655 34216 72222 55557 55552 55775 55255 55222 71247"),
        ("0123456789", "75557 26227 61247 61216 55711 74616 34757 71122 25252 75716"),
        (".:-/%_()>$+=, ", "00002 02020 00700 11244 51245 00007 24442 42224 42124 36363 02720 07070 00024 00000"),
    )
    for letter, rows in zip(letters, drawn.split(), strict=True)
}
"""A font of our own, 3 wide and 5 high: one octal digit a row."""


class Canvas:
    """A picture of indexed colours being drawn on."""

    def __init__(self, width_px: int, height_px: int, colour: int = WHITE) -> None:
        self.width_px, self.height_px = width_px, height_px
        self._rows = [bytearray([colour]) * width_px for _ in range(height_px)]

    def fill(self, left: int, top: int, width: int, height: int, colour: int) -> None:
        """Fill a rectangle; what lies outside is left out."""
        begin, end = max(left, 0), min(left + width, self.width_px)
        if end > begin:
            stripe = bytes([colour]) * (end - begin)
            for row in self._rows[max(top, 0) : max(top + height, 0)]:
                row[begin:end] = stripe

    def stroke(self, x0: float, y0: float, x1: float, y1: float, colour: int, width: int = 3) -> None:
        """Draw a straight line."""
        steps = max(int(max(abs(x1 - x0), abs(y1 - y0))), 1)
        for step in range(steps + 1):
            x = x0 + (x1 - x0) * step / steps
            y = y0 + (y1 - y0) * step / steps
            self.fill(round(x) - width // 2, round(y) - width // 2, width, width, colour)

    def write(self, left: int, top: int, text: str, colour: int, size: int = 3) -> None:
        """Write a line of capitals, digits and signs; `size` is the edge of one dot in pixels."""
        for place, letter in enumerate(text.upper()):
            for row, digit in enumerate(_GLYPHS.get(letter, "75557")):
                for column in range(3):
                    if int(digit) >> (2 - column) & 1:
                        self.fill(left + (place * 4 + column) * size, top + row * size, size, size, colour)

    def png(self) -> bytes:
        """Encode the picture."""
        header = struct.pack(">IIBBBBB", self.width_px, self.height_px, 8, 3, 0, 0, 0)
        pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in self._rows), 6)
        chunks = ((b"IHDR", header), (b"PLTE", PALETTE), (b"IDAT", pixels), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
            for kind, body in chunks
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the library.

    Attributes:
        width_px, height_px: its size.
        draw: paints it.
    """

    width_px: int
    height_px: int
    draw: Callable[[Canvas], None]
    media_type: str = "image/png"

    def content(self) -> bytes:
        """Draw and encode it."""
        canvas = Canvas(self.width_px, self.height_px)
        self.draw(canvas)
        return canvas.png()


def _axes(canvas: Canvas, title: str, labels: tuple[str, ...], top_value: str) -> None:
    right, bottom = canvas.width_px - 24, canvas.height_px - 56
    canvas.write(72, 18, title, INK, 4)
    for step in range(4):
        canvas.fill(72, 64 + step * (bottom - 64) // 4, right - 72, 1, LINE)
    canvas.fill(72, bottom, right - 72, 2, GREY)
    canvas.write(16, 60, top_value, GREY)
    canvas.write(40, bottom - 8, "0", GREY)
    for place, label in enumerate(labels):
        x = 72 + place * (right - 72 - 12 * len(label)) // max(len(labels) - 1, 1)
        canvas.write(x, bottom + 18, label, GREY)


def _curve(canvas: Canvas, values: list[float], colour: int, width: int = 4) -> None:
    left, right, bottom = 72, canvas.width_px - 24, canvas.height_px - 56
    spots = [
        (left + (right - left) * place / (len(values) - 1), bottom - (bottom - 64) * value)
        for place, value in enumerate(values)
    ]
    for (x0, y0), (x1, y1) in itertools.pairwise(spots):
        canvas.stroke(x0, y0, x1, y1, colour, width)


def _draw_counts(canvas: Canvas) -> None:
    _axes(canvas, "messages in three sessions", ("00:00", "01:30", "03:12", "04:30", "06:00"), "300")
    climb = [0.22 + 0.6 * (step / 24) ** 1.4 for step in range(25)]
    fall = [0.05 + 0.14 * step / 22 for step in range(23)]
    _curve(canvas, climb + fall, BLUE)
    middle = 72 + (canvas.width_px - 96) * 24 // 47
    for dash in range(64, canvas.height_px - 56, 14):
        canvas.fill(middle + 6, dash, 2, 8, RED)


def _draw_latency(canvas: Canvas) -> None:
    _axes(canvas, "p99 latency ms by minute", ("10:00", "10:20", "10:40", "11:00"), "900")
    p99 = [0.18 + 0.03 * math.sin(step * 1.7) + (0.6 if 34 <= step <= 47 else 0) for step in range(61)]
    _curve(canvas, p99, RED)
    _curve(canvas, [0.08 + 0.01 * math.sin(step) + (0.05 if 34 <= step <= 47 else 0) for step in range(61)], BLUE)
    canvas.write(canvas.width_px - 200, 22, "p99", RED, 4)
    canvas.write(canvas.width_px - 120, 22, "p50", BLUE, 4)


def _draw_memory(canvas: Canvas) -> None:
    _axes(canvas, "worker memory mb", ("mon", "tue", "wed", "thu", "fri"), "512")
    saw = [0.2 + 0.7 * ((step * 7) % 96) / 96 for step in range(97)]
    _curve(canvas, saw, AMBER)


def _draw_sizes(canvas: Canvas) -> None:
    bars = (("base", 212, GREY), ("deps", 164, GREY), ("slim", 96, BLUE), ("final", 71, GREEN))
    _axes(canvas, "image size mb", tuple(name for name, _, _ in bars), "240")
    bottom = canvas.height_px - 56
    for place, (_, megabytes, colour) in enumerate(bars):
        height = (bottom - 64) * megabytes // 240
        left = 88 + place * (canvas.width_px - 190) // 3
        canvas.fill(left, bottom - height, 64, height, colour)
        canvas.write(left + 14, bottom - height - 24, str(megabytes), INK)


def _draw_terminal(canvas: Canvas) -> None:
    canvas.fill(0, 0, canvas.width_px, canvas.height_px, NIGHT)
    canvas.fill(0, 0, canvas.width_px, 28, FOG)
    for place, colour in enumerate((RED, AMBER, GREEN)):
        canvas.fill(12 + place * 22, 8, 12, 12, colour)
    lines = (
        ("$ cargo test -p session --release", FOG),
        ("   compiling session v0.6.24", LEAF),
        ("   finished in 41.20s", LEAF),
        ("running 148 tests", FOG),
        ("test checkpoint::keeps_newer_head ... ok", FOG),
        ("test checkpoint::nightly_race ... failed", ROSE),
        ("assertion failed: left == right", ROSE),
        ("  left: 9", AMBER),
        (" right: 186", AMBER),
        ("test result: 147 passed, 1 failed", ROSE),
    )
    for row, (text, colour) in enumerate(lines):
        canvas.write(20, 48 + row * 28, text, colour, 3)


def _draw_layout(canvas: Canvas) -> None:
    canvas.fill(0, 0, canvas.width_px, canvas.height_px, LINE)
    canvas.fill(0, 0, canvas.width_px, 48, INK)
    canvas.write(20, 16, "lantern", WHITE, 4)
    for row in range(4):
        canvas.fill(20, 72 + row * 84, canvas.width_px - 40, 68, WHITE)
        canvas.fill(36, 88 + row * 84, 36, 36, BLUE if row == 1 else GREY)
        canvas.write(90, 90 + row * 84, ("invoice 2041", "invoice 2042", "invoice 2043", "invoice 2044")[row], INK, 3)
        canvas.fill(90, 114 + row * 84, 180 + row * 30, 8, LINE)
    canvas.fill(canvas.width_px - 210, 164, 240, 40, RED)
    canvas.write(canvas.width_px - 198, 176, "overdue 14 days", WHITE, 3)


def _draw_lighthouse(canvas: Canvas) -> None:
    canvas.fill(0, 0, canvas.width_px, canvas.height_px, NIGHT)
    middle = canvas.width_px // 2
    for ray in range(-6, 7):
        canvas.stroke(middle, 96, middle + ray * 70, 96 - 60 + abs(ray) * 6, AMBER, 2)
    for row in range(300):
        half = 26 + row // 8
        colour = WHITE if row // 50 % 2 == 0 else RED
        canvas.fill(middle - half, 120 + row, half * 2, 1, colour)
    canvas.fill(middle - 34, 76, 68, 44, AMBER)
    canvas.fill(middle - 44, 116, 88, 8, FOG)
    canvas.fill(middle - 40, 60, 80, 16, RED)
    canvas.fill(0, 420, canvas.width_px, canvas.height_px - 420, BLUE)


PICTURES: Final[Mapping[str, Picture]] = {
    "message-counts": Picture(1120, 640, _draw_counts),
    "latency": Picture(960, 420, _draw_latency),
    "worker-memory": Picture(800, 400, _draw_memory),
    "image-sizes": Picture(720, 400, _draw_sizes),
    "terminal": Picture(720, 340, _draw_terminal),
    "overdue-badge": Picture(480, 420, _draw_layout),
    "lighthouse": Picture(512, 512, _draw_lighthouse),
}
