"""What is shown of a message: frozen values made from a stored message, once, on a worker thread. Pure.

A block's part keys are block × 4 + 0 (head or text), 1 (input), 2 (result), whatever is folded, so that a selection
stays where it is when a card opens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum

from app.present.reading import SHOWN, FoldState
from app.present.segments import Prose
from store.values.message import ImageRef, Message, MessageKind, WholeRef

KEYS_PER_BLOCK = 4
CUT_LINES = 24
"""Lines that input and result of a tool show before "all N lines"."""

CUT_CHARS = 4_000
"""Characters that they show at most before that, when their lines are long."""


class Section(IntEnum):
    """Which part of a block; the last digit of its key."""

    HEAD = 0
    INPUT = 1
    RESULT = 2


class ToolState(IntEnum):
    """How a tool call ended."""

    DONE = 0
    FAILED = 1
    OPEN = 2


@dataclass(frozen=True, slots=True)
class CodeText:
    """Text shown line by line in the code font.

    Attributes:
        text: made safe.
        language: for highlighting, may be empty.
        title: path or the like after the language, may be empty.
        note: how much it is, for its caption.
        whole: set when the backend cut the text.
        full_chars: characters of the whole.
        cut_lines: lines shown before a person asks for all; 0 for all.
    """

    text: str
    language: str = ""
    title: str = ""
    note: str = ""
    whole: WholeRef | None = None
    full_chars: int = 0
    cut_lines: int = 0


@dataclass(frozen=True, slots=True)
class ShownText:
    """Conversation text: prose and code in order."""

    block: int
    pieces: tuple[Prose | CodeText, ...]
    whole: WholeRef | None = None
    full_chars: int = 0


@dataclass(frozen=True, slots=True)
class ShownReasoning:
    """Reasoning, folded to one line unless opened; also what else is long and seldom read: a system prompt.

    Attributes:
        title, icon: of the line.
        first_words: for the folded line.
        note: "214 words", or why there is nothing.
    """

    block: int
    first_words: str
    note: str
    pieces: tuple[Prose | CodeText, ...]
    whole: WholeRef | None = None
    full_chars: int = 0
    title: str = "Reasoning"
    icon: str = "lightbulb"


@dataclass(frozen=True, slots=True)
class ShownTool:
    """A call with its result, a call without, or a result without.

    Attributes:
        icon, name, argument, measure: of the head.
        state, state_word: how it ended, with its word.
        input, result: bodies; None when there is nothing to show.
        images: pictures among the results.
        missing: what is missing, in words; may be empty.
    """

    block: int
    icon: str
    name: str
    argument: str
    measure: str
    state: ToolState
    state_word: str
    input: CodeText | None
    result: CodeText | None
    images: tuple[ShownImage, ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True)
class ShownImage:
    """A picture or video: its reference, a name and what is known of it."""

    block: int
    ref: ImageRef
    name: str
    facts: str


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A system notice.

    Attributes:
        is_rewrite: history changed here: amber, under a dashed line.
    """

    block: int
    title: str
    text: str
    details: CodeText | None
    is_rewrite: bool = False


@dataclass(frozen=True, slots=True)
class ShownCard:
    """Something that is not understood or is damaged, kept as stored.

    Attributes:
        title, kind, note: of the head.
        sentence: why, if more is known than that it is unknown.
        is_fault: damaged rather than unknown.
    """

    block: int
    title: str
    kind: str
    note: str
    sentence: str
    raw: CodeText | None
    is_fault: bool = False
    whole: WholeRef | None = None


ShownBlock = ShownText | ShownReasoning | ShownTool | ShownImage | ShownNotice | ShownCard


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """One message, ready to be laid out.

    Attributes:
        index: position in the transcript, from 0.
        speaker: "You", "Assistant" …
        icon: of the gutter.
        remark: beside the time: why the model stopped when that is not the usual end.
        blocks: in reading order; empty for messages that are shown elsewhere.
        record_indices: messages whose stored records Raw shows: this one and those joined into it.
        stored: the message itself, for copying its source.
    """

    index: int
    kind: MessageKind
    speaker: str
    icon: str
    remark: str
    blocks: tuple[ShownBlock, ...]
    record_indices: tuple[int, ...]
    stored: Message

    @property
    def is_hidden(self) -> bool:
        """Whether it takes no height: its results are shown with their calls."""
        return self.kind is MessageKind.TOOL_RESULTS_JOINED


def part_key(block: int, section: Section) -> int:
    """The key of a part of a block."""
    return block * KEYS_PER_BLOCK + section


@dataclass(frozen=True, slots=True)
class Folds:
    """What of a transcript is shown: which messages, which of their blocks, and which of these are open.

    Attributes:
        toggled: (message, block) of reasoning, tool cards and cards that stand other than `state` says.
        unrolled: (message, key) of texts that show all their lines.
        state: how blocks stand that nobody touched.
        leaves_out_work: tools, reasoning and notices are not shown.
        mask: one byte a message, 0 for those that are not shown; empty when all are.
    """

    toggled: frozenset[tuple[int, int]] = frozenset()
    unrolled: frozenset[tuple[int, int]] = frozenset()
    state: FoldState = FoldState.USUAL
    leaves_out_work: bool = False
    mask: bytes = b""

    def is_open(self, message: int, block: ShownBlock) -> bool:
        """Whether a block shows its body."""
        if self.state is FoldState.USUAL:
            stands_open = isinstance(block, (ShownCard, ShownText))
        else:
            stands_open = self.state is FoldState.OPEN or isinstance(block, ShownText)
        return stands_open is not ((message, block.block) in self.toggled)

    def is_unrolled(self, message: int, key: int) -> bool:
        """Whether a text shows all its lines."""
        return (message, key) in self.unrolled

    def shows(self, message: int) -> bool:
        """Whether a message is shown."""
        return not self.mask or self.mask[message : message + 1] == SHOWN

    def blocks_of(self, message: ShownMessage) -> tuple[ShownBlock, ...]:
        """The blocks of a message that are shown, folded or open."""
        if not self.leaves_out_work:
            return message.blocks
        return tuple(block for block in message.blocks if not isinstance(block, _WORK))

    def with_toggled(self, message: int, block: int) -> Folds:
        """The folds after a head was clicked."""
        return replace(self, toggled=self.toggled ^ {(message, block)})

    def with_unrolled(self, message: int, key: int) -> Folds:
        """The folds after "all lines" was clicked."""
        return replace(self, unrolled=self.unrolled ^ {(message, key)})

    def moved(self, row_of: Callable[[int], int | None]) -> Folds:
        """The folds after messages moved.

        Args:
            row_of: where a message stands now; None if it is gone.
        """
        return replace(self, toggled=_moved(self.toggled, row_of), unrolled=_moved(self.unrolled, row_of))

    def with_all(self, state: FoldState) -> Folds:
        """The folds after everything was folded or opened, whatever was toggled before."""
        return replace(self, toggled=frozenset(), state=state)


def _moved(marks: frozenset[tuple[int, int]], row_of: Callable[[int], int | None]) -> frozenset[tuple[int, int]]:
    found = ((row_of(message), block) for message, block in marks)
    return frozenset((message, block) for message, block in found if message is not None)


_WORK = (ShownTool, ShownReasoning, ShownNotice)
