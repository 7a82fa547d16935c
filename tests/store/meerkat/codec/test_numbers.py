"""Numbers are printed and read as the systems do, which is not always exactly (formats/meerkat.md §3.3)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.meerkat.codec.codec import decode_loaded, encode
from store.meerkat.codec.numbers import as_loaded, float_text, loaded_float, loaded_integer
from store.meerkat.codec.strict_json import NotStrict
from tests.store.meerkat.stored import json_cells

floats = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1e-05, "0.00001"),
        (1.5e-05, "0.000015"),
        (-1.25e-05, "-0.0000125"),
        (1e-06, "1e-6"),
        (1.5e-07, "1.5e-7"),
        (0.0001, "0.0001"),
        (1e16, "1e+16"),
        (1e15, "1000000000000000.0"),
        (100000.0, "100000.0"),
        (-0.0, "-0.0"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
    ],
)
def test_floats_are_spelt_as_the_systems_spell_them(number: float, text: str) -> None:
    assert float_text(number) == text
    assert encode([number]) == f"[{text}]".encode()


@given(floats)
def test_every_float_is_spelt_so_that_it_can_be_told(number: float) -> None:
    assert encode(number).decode() == float_text(number)
    assert float(float_text(number)) == number


def test_a_decimal_of_many_digits_is_read_as_the_real_code_reads_it() -> None:
    assert float(loaded_float("94.52706955539223")) == 94.52706955539225


def test_s1_the_floats_that_drift_in_a_real_store_settle_after_one_load(copy_sample: Callable[[str], Path]) -> None:
    """Scenario `float_drift`: the stored numbers are those after the first load; each further one leaves them."""
    cells = [cell.data for cell in json_cells(copy_sample("meerkat/realm-0.6.24-rich"))]
    drifted = [data for data in cells if b"94.52706955539" in data]
    assert drifted
    for data in drifted:
        once = encode(decode_loaded(data))
        assert encode(decode_loaded(once)) == once


@given(floats)
def test_a_number_of_up_to_fifteen_digits_is_read_exactly(number: float) -> None:
    text = f"{number:.14e}"
    if -22 <= int(text.partition("e")[2]) - 14 <= 22:
        assert float(loaded_float(text)) == float(text)


@given(floats)
def test_a_float_is_never_read_further_off_than_two_units_of_its_last_place(number: float) -> None:
    if abs(number) < sys.float_info.min * 1e30:
        return
    try:
        read = float(loaded_float(float_text(number)))
    except NotStrict:
        assert abs(number) > 1e308
        return
    unit = Fraction(abs(number)) / (1 << 52)
    assert abs(Fraction(read) - Fraction(number)) <= 2 * unit


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1E5", 100000.0),
        ("-1e-2", -0.01),
        ("0.0", 0.0),
        ("-0.0", -0.0),
        ("0e999999999999", 0.0),
        ("1e-999999999999", 0.0),
        ("-1e-99999999999999999999999", -0.0),
        ("1e-400", 0.0),
        ("5e-324", 5e-324),
        ("123456789012345678901234567890", 1.2345678901234568e29),
        ("0.1234567890123456789012345678901234567890", 0.12345678901234568),
        ("18446744073709551615.5", 1.8446744073709552e19),
        ("18446744073709551610.5", 1.8446744073709552e19),
    ],
)
def test_odd_spellings_are_read_as_floats(text: str, number: float) -> None:
    read = loaded_float(text)
    assert (float(read), json.dumps(float(read))[0] == "-") == (number, text[0] == "-")


@pytest.mark.parametrize("text", ["1e309", "-1e400", "9" * 400, "1e99999999999999999999", "1.8e308"])
def test_what_no_float_holds_is_refused(text: str) -> None:
    with pytest.raises(NotStrict):
        loaded_float(text)


@pytest.mark.parametrize(
    ("text", "is_float"),
    [
        ("0", False),
        ("-0", True),
        ("18446744073709551615", False),
        ("18446744073709551616", True),
        ("-9223372036854775808", False),
        ("-9223372036854775809", True),
    ],
)
def test_integers_beyond_64_bits_and_minus_zero_become_floats(text: str, is_float: bool) -> None:
    assert isinstance(loaded_integer(text), float) == is_float


@given(st.integers() | floats)
def test_a_number_is_read_again_only_once(number: float) -> None:
    try:
        once = as_loaded(number)
    except NotStrict:
        return
    assert as_loaded(decode_loaded(encode(number))) == once  # type: ignore[arg-type]
