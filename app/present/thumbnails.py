"""Pictures decoded small, with limits, on worker threads. Nothing but raster formats, never by a file's name.

A header that promises more pixels than the limit is believed and not decoded: 60,000 × 60,000 pixels fit into 4 KB of
PNG and would ask for 14 GB.
"""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

LIMIT_PIXELS = 64_000_000
LIMIT_BYTES = 64_000_000
LIMIT_SIDE_PX = 30_000
_ALLOCATION_MB = 256
_FORMATS = frozenset({b"png", b"jpeg", b"jpg", b"gif", b"bmp", b"webp", b"ico", b"pbm", b"pgm", b"ppm"})


def decode_small(data: bytes, widest: int, highest: int) -> tuple[QImage | None, str]:
    """Decode a picture, scaled down to fit.

    Args:
        data: the encoded picture.
        widest, highest: of the result, in pixels; smaller pictures keep their size.

    Returns:
        The picture and its own size ("1,120 × 640"), or None and one sentence that says why it is not decoded.
    """
    if len(data) > LIMIT_BYTES:
        return None, f"Not decoded: {len(data):,} bytes are more than pictures may have here."
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    QImageReader.setAllocationLimit(_ALLOCATION_MB)
    if not reader.canRead() or bytes(reader.format().data()) not in _FORMATS:
        return None, "Not decoded: this is no picture in a format that is shown here."
    size = reader.size()
    words = f"{size.width():,} × {size.height():,}"
    if not size.isValid():
        return None, "Not decoded: the picture is damaged."
    longest = max(size.width(), size.height())
    if size.width() * size.height() > LIMIT_PIXELS or longest > LIMIT_SIDE_PX:
        return None, f"Not decoded: {words} pixels are more than is safe to decode."
    if size.width() > widest or size.height() > highest:
        fitted = size.scaled(QSize(widest, highest), Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(QSize(max(fitted.width(), 1), max(fitted.height(), 1)))
    reader.setAutoTransform(True)
    image = reader.read()
    if image.isNull():
        return None, "Not decoded: the picture is damaged."
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied), words
