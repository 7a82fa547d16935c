"""Pictures are decoded small or not at all (1-case-6)."""

from __future__ import annotations

import struct
import zlib

from PySide6.QtCore import QBuffer
from PySide6.QtGui import QImage

from app.present.thumbnails import decode_small


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    )


def real_png(width: int, height: int) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def test_1_5_a_picture_is_scaled_down_and_keeps_its_shape() -> None:
    image, words = decode_small(real_png(1120, 640), 300, 192)
    assert image is not None
    assert (image.width(), image.height()) == (300, 171)
    assert words == "1,120 × 640"


def test_1_5_a_small_picture_keeps_its_size() -> None:
    image, _words = decode_small(real_png(20, 10), 300, 192)
    assert image is not None
    assert (image.width(), image.height()) == (20, 10)


def test_1_case_6_sixty_thousand_pixels_square_are_refused_by_the_header() -> None:
    """(1-case-6) The card says why."""
    image, words = decode_small(png_header(60_000, 60_000), 300, 192)
    assert image is None
    assert words == "Not decoded: 60,000 × 60,000 pixels are more than is safe to decode."


def test_1_case_6_damaged_and_foreign_bytes_say_so() -> None:
    """(1-case-6) SVG is no raster format and may name files: it is never decoded."""
    assert decode_small(real_png(50, 50)[:60], 300, 192) == (None, "Not decoded: the picture is damaged.")
    for data in (b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>"):
        assert decode_small(data, 300, 192)[0] is None
