"""The derived title: label, name, first prompt, id (1.4)."""

from __future__ import annotations

from typing import Any

import pytest

from store.meerkat.messages.titles import first_prompt, one_line, title_of
from store.values.session import TitleSource

ID = "019e85a1-4b2f-717a-950a-000000000001"


@pytest.mark.parametrize(
    ("metadata", "prompt", "title", "source"),
    [
        (
            {"session_labels": {"title": "T", "name": "N"}, "session_metadata": {"comms_name": "C"}},
            "P",
            "T",
            TitleSource.LABEL,
        ),
        ({"session_labels": {"name": "N"}}, "P", "N", TitleSource.LABEL),
        (
            {"session_labels": {"title": "  "}, "session_metadata": {"comms_name": "mob/p/1"}},
            "P",
            "mob/p/1",
            TitleSource.NAME,
        ),
        ({"session_metadata": {"comms_name": None}}, " First\n\nprompt ", "First prompt", TitleSource.FIRST_PROMPT),
        ({"session_labels": [], "session_metadata": 3}, "\n", ID, TitleSource.ID),
    ],
)
def test_1_4_the_title_comes_from_the_first_that_has_one(
    metadata: Any, prompt: str, title: str, source: TitleSource
) -> None:
    assert title_of(ID, metadata, prompt) == (title, source)


def test_1_4_what_no_person_wrote_is_no_title() -> None:
    messages: list[Any] = [
        {"role": "system", "content": "You are"},
        {"role": "user", "content": "summary", "transcript_role": "compaction_summary"},
        {"role": "user", "content": "peer", "render_metadata": {"class": "peer_message"}},
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": " "}]},
        "no message",
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "mine"}]},
    ]
    assert first_prompt(messages) == "mine"


def test_1_4_a_title_is_one_line_of_at_most_500_characters() -> None:
    assert one_line("a\tb\r\n  c\x00\x7f\x85d") == "a b c␀␡ d"
    assert len(one_line("日" * 600)) == 500
    assert one_line("日" * 600).endswith("…")
    assert one_line("x" * 10_000_000).startswith("xxx")
