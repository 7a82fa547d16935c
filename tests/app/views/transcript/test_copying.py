"""Copying as Markdown gives the stored source, and fences hold whatever they contain (1.6)."""

from __future__ import annotations

from collections.abc import Callable

from app.present.copy_text import fenced, message_markdown
from store.values.message import MessageKind, ReasoningBlock


def test_1_6_a_message_as_markdown_has_its_stored_source(message: Callable, text: Callable, call: Callable) -> None:
    found = message(
        0,
        MessageKind.ASSISTANT,
        ReasoningBlock("a\nb", 3),
        text("**Cause.** `x`\n\n| a |\n|---|\n| 1 |"),
        call("bash", '{"command":"ls"}', "```\nfence\n```"),
    )
    assert message_markdown(found) == (
        "**Assistant**\n\n> a\n> b\n\n**Cause.** `x`\n\n| a |\n|---|\n| 1 |\n\n"
        'Tool call: `bash`\n\n```json\n{"command":"ls"}\n```\n\nResult:\n\n````\n```\nfence\n```\n````\n'
    )


def test_1_6_a_fence_is_longer_than_any_inside() -> None:
    assert fenced("a ````` b", "").split("\n")[0] == "``````"
