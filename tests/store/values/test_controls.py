"""A control character has the sign that Unicode made for it (1-case-7)."""

from __future__ import annotations

import unicodedata

from store.values.controls import control_picture


def test_1_case_7_every_control_character_of_ascii_has_its_picture_and_nothing_else_has() -> None:
    for code in range(0x110000):
        picture = control_picture(chr(code))
        assert (picture is not None) is (code < 0x20 or code == 0x7F)
        if picture:
            assert unicodedata.name(picture).startswith("SYMBOL FOR ")
