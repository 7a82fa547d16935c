"""What is stored comes out byte for byte as it went in, and what Meerkat refuses is refused (S1)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.meerkat.codec.codec import decode, decode_loaded, encode
from store.meerkat.codec.pretty import encode_pretty
from store.meerkat.codec.strict_json import Doubled, NotStrict
from tests.store.meerkat.stored import json_cells, json_files, vectors

Copy = Callable[[str], Path]

RAW_ARGUMENTS = "019eaedd-51fb-792d-b0f7-4d5ea7169b5c"
"""The session `raw_tool_args`: its row was written while the arguments were still the model's own text (§3.3)."""

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)


def has_characters(value: Any) -> bool:
    """Whether no text in it holds half a surrogate pair."""
    return not any(0xD800 <= ord(character) <= 0xDFFF for character in json.dumps(value, ensure_ascii=False))


def test_s1_every_stored_value_of_every_sample_comes_out_as_it_went_in(copy_sample: Copy) -> None:
    """Sessions, snapshots, heads, strand rows, bodies, commits, cells, receipts, inputs: over 2,000 in all."""
    cells = list(json_cells(copy_sample("meerkat")))
    changed = [cell for cell in cells if encode(decode(cell.data)) != cell.data]
    assert [(cell.table, RAW_ARGUMENTS.encode() in cell.data) for cell in changed] == [
        ("runtime_session_snapshots", True)
    ]
    assert len(cells) > 2_000


def test_s1_the_one_row_with_raw_arguments_is_equal_as_a_value(copy_sample: Copy) -> None:
    cells = [cell for cell in json_cells(copy_sample("meerkat/realm-0.6.24-rich")) if cell.column == "session_snapshot"]
    (raw,) = [cell.data for cell in cells if RAW_ARGUMENTS.encode() in cell.data]
    assert decode(encode(decode(raw))) == decode(raw) == json.loads(raw)


def test_s1_every_event_line_comes_out_as_it_went_in(copy_sample: Copy) -> None:
    lines = [
        line
        for name, data in json_files(copy_sample("meerkat"), ".jsonl")
        if "sessions_jsonl" not in name
        for line in data.splitlines()
    ]
    assert [line for line in lines if encode(decode(line)) != line] == []
    assert len(lines) > 5_000


def test_s1_documents_of_the_jsonl_backend_come_out_in_their_own_layout(copy_sample: Copy) -> None:
    files = [pair for pair in json_files(copy_sample("meerkat"), ".jsonl") if "sessions_jsonl" in pair[0]]
    compact = [name for name, data in files if encode(decode(data)) == data]
    others = [name for name, data in files if name not in compact and encode_pretty(decode(data)) != data]
    assert len(compact) == 4
    assert [decode(data)["messages"][1]["blocks"][0]["data"]["id"] for name, data in files if name in others] == [  # type: ignore[index,call-overload]
        "raw_1"
    ], "only the document with raw arguments is laid out in another way"
    assert len(files) == 69


def test_s1_every_other_json_file_of_the_samples_comes_out_in_one_of_the_two_layouts(copy_sample: Copy) -> None:
    """The slim document of 0.8.8, manifests, blobs, `.meta` files; migration inputs alone are laid out by hand."""
    found = [
        (name, data)
        for name, data in json_files(copy_sample("meerkat"), ".json", ".meta")
        if not name.endswith(("expected.json", "observed.json", "vectors-0.6.24.json"))
    ]
    odd = [name for name, data in found if data.rstrip() not in (encode(decode(data)), encode_pretty(decode(data)))]
    assert {Path(name).parent.name for name in odd} == {"migration-inputs"}
    by_hand = [data for name, data in found if name in odd]
    assert [decode(encode(decode(data))) for data in by_hand] == [json.loads(data) for data in by_hand]
    assert (len(found), len(odd)) == (144, 12)


def test_s1_every_document_of_the_vectors_comes_out_as_it_went_in() -> None:
    def texts(value: Any) -> list[str]:
        if isinstance(value, str):
            return [value] if value.startswith("{") and " " not in value[:20] and value.endswith("}") else []
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return [text for part in parts for text in texts(part)]

    found = [text.encode() for text in texts(vectors())]
    raw = vectors()["message_examples"]["block_assistant_all"]["json"].encode()
    assert [data for data in found if encode(decode(data)) != data] == [raw]
    assert len(found) > 60


def test_unknown_fields_and_blocks_are_kept_in_their_order() -> None:
    data = b'{"zeta":1,"role":"user","alpha":{"z":[],"a":{}},"blocks":[{"block_type":"later","data":{"y":1,"x":2}}]}'
    assert encode(decode(data)) == data


@given(values.filter(has_characters))
def test_any_value_is_read_as_it_was_printed(value: Any) -> None:
    assert decode(encode(value)) == value


@given(values.filter(has_characters))
def test_any_value_in_another_spelling_is_read_alike(value: Any) -> None:
    assert decode(json.dumps(value, indent=1).encode()) == decode(encode(value))


@given(values.filter(has_characters))
def test_strings_and_integers_are_printed_as_pythons_own_printer_does(value: Any) -> None:
    def has_float(value: Any) -> bool:
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return isinstance(value, float) or any(map(has_float, parts))

    if not has_float(value):
        assert encode(value).decode() == json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is no JSON from character 0 on"),
        (b'{"a":NaN}', "it holds NaN, which is no JSON number"),
        (b"[Infinity]", "it holds Infinity, which is no JSON number"),
        (b"[-Infinity]", "it holds -Infinity, which is no JSON number"),
        (b"[1e400]", "it holds a number that is out of range"),
        (b'["\\ud800"]', "it holds half of a surrogate pair, which is no character"),
        (b'["\xff"]', "byte 2 is not UTF-8"),
        (b'["\xed\xa0\x80"]', "byte 2 is not UTF-8"),
        (b"{} {}", "something follows its end at character 2"),
        (b"[" * 100_000 + b"]" * 100_000, "it is nested too deeply"),
        (b"[" + b"9" * 400 + b"]", "it holds a number that is out of range"),
        (b"[" + b"9" * 10_000 + b"]", "it holds a number that is out of range"),
        (b"[01]", "it is no JSON from character 2 on"),
    ],
)
@pytest.mark.parametrize("read", [decode, decode_loaded])
def test_s1_what_meerkat_refuses_is_refused_with_the_reason(
    read: Callable[[bytes], Any], data: bytes, reason: str
) -> None:
    with pytest.raises(NotStrict) as refused:
        read(data)
    assert str(refused.value) == reason


def test_an_object_in_which_a_key_stands_twice_is_marked() -> None:
    value = decode(b'{"a":{"b":1,"b":2}}')
    assert isinstance(value, dict)
    assert isinstance(value["a"], Doubled)
    assert not isinstance(value, Doubled)


def test_integers_of_any_size_are_kept() -> None:
    data = b"[18446744073709551616,-9223372036854775809,123456789012345678901234567890]"
    assert encode(decode(data)) == data


def test_half_a_surrogate_pair_is_not_printed() -> None:
    with pytest.raises(NotStrict, match="half of a surrogate pair"):
        encode(["\ud800"])
