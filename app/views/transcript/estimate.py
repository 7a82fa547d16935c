"""Heights guessed from the outline, before any message was laid out. Pure arithmetic; 100,000 rows in some 30 ms."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress

from app.present.reading import FoldState
from app.views.transcript.measures import Measures
from store.values.message import MessageFlag, MessageKind, Outline

OPEN_LINES = 14
"""What an open card or open reasoning stands for, in lines: somewhat more than half of what a long one shows."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What guessed heights depend on; a plain value, so that a job can guess for the view.

    Attributes:
        line_chars: characters of prose in a line.
        line_px: height of a line.
        plain_px, prompt_px, results_px: what a message, a prompt and a card of results are high without their text.
        open_px: what tools or reasoning in a message add to that, as they stand when nobody touched them.
    """

    line_chars: int
    line_px: int
    plain_px: int
    prompt_px: int
    results_px: int
    open_px: int = 0


def guess_of(measures: Measures, state: FoldState = FoldState.USUAL) -> Guess:
    """How heights are guessed at these measures, with blocks folded or open. GUI thread only."""
    plain_px = measures.px(22) + measures.gap_px
    return Guess(
        line_chars=max(int((measures.right_px - measures.text_px) / (measures.cell_px * 0.95)), 10),
        line_px=measures.prose.line_px,
        plain_px=plain_px,
        prompt_px=plain_px + measures.px(18),
        results_px=plain_px + measures.px(34),
        open_px=OPEN_LINES * measures.code_line_px if state is FoldState.OPEN else 0,
    )


def estimate_heights(outline: Outline, guess: Guess) -> list[int]:
    """A height for each message, in pixels, with the gap below it; 0 for hidden ones."""
    line_chars, line_px = guess.line_chars, guess.line_px
    bases = {MessageKind.PROMPT: guess.prompt_px, MessageKind.TOOL_RESULTS: guess.results_px}
    hidden = int(MessageKind.TOOL_RESULTS_JOINED)
    base_of = [bases.get(MessageKind(kind), guess.plain_px) for kind in range(len(MessageKind))]
    heights = [
        0 if kind == hidden else base_of[kind] + line_px * (chars // line_chars + 1)
        for kind, chars in zip(outline.kinds, outline.text_chars, strict=True)
    ]
    if guess.open_px:
        folding = MessageFlag.HAS_TOOLS | MessageFlag.HAS_REASONING
        opens = bytes(bool(flag & folding) for flag in range(256))
        for row in compress(range(outline.count), outline.flags.translate(opens)):
            heights[row] += guess.open_px
    return heights
