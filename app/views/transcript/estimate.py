"""Heights guessed from the outline, before any message was laid out. Pure arithmetic; 100,000 rows in some 30 ms."""

from __future__ import annotations

from app.views.transcript.measures import Measures
from store.values.message import MessageKind, Outline


def estimate_heights(outline: Outline, measures: Measures) -> list[int]:
    """A height for each message, in pixels, with the gap below it; 0 for hidden ones."""
    per_line = max(int((measures.right_px - measures.text_px) / (measures.cell_px * 0.95)), 10)
    line = measures.prose.line_px
    plain = measures.px(22) + measures.gap_px
    prompt = plain + measures.px(18)
    bases = {MessageKind.PROMPT: prompt, MessageKind.TOOL_RESULTS: plain + measures.px(34)}
    hidden = int(MessageKind.TOOL_RESULTS_JOINED)
    base_of = [bases.get(MessageKind(kind), plain) for kind in range(len(MessageKind))]
    return [
        0 if kind == hidden else base_of[kind] + line * (chars // per_line + 1)
        for kind, chars in zip(outline.kinds, outline.text_chars, strict=True)
    ]
