"""Signs for control characters, which would else be obeyed or not be seen. Pure; any thread."""

from __future__ import annotations

FIRST_PICTURE = 0x2400
DELETE = 0x7F
DELETE_PICTURE = "\u2421"


def control_picture(character: str) -> str | None:
    """The picture that Unicode has for a control character of ASCII; None for every other character."""
    code = ord(character)
    if code < 0x20:
        return chr(FIRST_PICTURE + code)
    return DELETE_PICTURE if code == DELETE else None
