"""Tokens are guessed as Meerkat 0.6.24 guesses them (P2, list I, C-4)."""

from __future__ import annotations

from typing import Any

import pytest

from store.meerkat.reference.estimates import estimate_tokens
from tests.store.meerkat.conftest import TIME, assistant, dump, results, said, user


def estimated(*messages: Any) -> int:
    return estimate_tokens(dump(message) for message in messages)


def image(**more: Any) -> dict[str, Any]:
    return {"type": "image", "media_type": "image/png", **more}


def video(duration_ms: int, data: str) -> dict[str, Any]:
    return {"type": "video", "media_type": "video/mp4", "duration_ms": duration_ms, "source": "inline", "data": data}


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcdefg", 1), ("abcdefgh", 2), ("ö" * 4, 2), ("🙂" * 3, 3)]
)
def test_p2_i_c4_a_text_counts_a_fourth_of_its_bytes_and_at_least_one(text: str, tokens: int) -> None:
    assert estimated(user(text)) == tokens
    assert estimated(results(("t1", text))) == tokens


def test_p2_i_c4_an_image_counts_the_same_whatever_its_size() -> None:
    inline = image(source="inline", data="A" * 100_000)
    stored = image(source="blob", blob_id="sha256:aa")

    assert estimated(user([inline, stored])) == 3_200
    assert estimated(results(("t1", [inline]))) == 1_600


@pytest.mark.parametrize(
    ("duration_ms", "data", "tokens"),
    [(1, "", 1), (8_000, "AAAA", 2_400), (1_001, "", 301), (0, "", 0), (0, "AA", 1), (10, "A" * 400, 100)],
)
def test_p2_i_c4_a_video_counts_by_its_length_or_its_data_whichever_is_more(
    duration_ms: int, data: str, tokens: int
) -> None:
    assert estimated(user([video(duration_ms, data)])) == tokens


def test_p2_i_c4_any_other_message_counts_a_fourth_of_its_json() -> None:
    system = {"role": "system", "content": "Sei höflich.", "created_at": TIME}
    notice = {"role": "system_notice", "kind": "generic", "body": "x", "created_at": TIME}

    for message in (system, notice, assistant(said("abc"))):
        assert estimated(message) == len(dump(message)) // 4


def test_p2_i_c4_each_message_and_block_is_rounded_by_itself() -> None:
    parts = [{"type": "text", "text": "abcdef"}, {"type": "text", "text": "abcdef"}]

    assert estimated(user(parts), user("abcdef")) == 3


def test_p2_i_c4_an_empty_transcript_counts_nothing() -> None:
    assert estimated() == 0
