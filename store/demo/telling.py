"""From a story to a session: messages in struct order, their times, tokens, runs and metadata.

Pure functions of the story and its place in the calendar: the same story gives the same bytes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from store.demo.chance import Chance
from store.demo.output import make_output
from store.demo.pictures import PICTURES
from store.demo.scripts import Piece

Json = Any
Message = dict[str, Json]

COMPACTION_MARK: Final = (
    "[Context compacted] A previous context produced the following summary of work so far. The current tool and session"
    " state is preserved. Use this summary to continue without duplicating work:\n\n"
)

FIRST_ARGUMENT: Final[Mapping[str, str]] = {
    "bash": "command",
    "read_file": "path",
    "edit_file": "path",
    "write_file": "path",
    "search": "pattern",
    "list_files": "path",
    "run_tests": "target",
    "fetch_url": "url",
    "query_db": "sql",
    "view_image": "path",
}
SECOND_ARGUMENT: Final[Mapping[str, str]] = {
    "bash": "command",
    "edit_file": "patch",
    "write_file": "content",
    "search": "path",
    "query_db": "sql",
    "run_tests": "args",
}


@dataclass(slots=True)
class Line:
    """A message on its way into a session.

    Attributes:
        message: without its time.
        gap_s: seconds since the message before.
        prompt: the text, if a person wrote it and a run begins here.
        compaction: the summary, if the transcript is compacted here; then there is no message.
    """

    message: Message
    gap_s: float
    prompt: str | None = None
    compaction: str | None = None


class Teller:
    """Turns the pieces of one script into lines."""

    def __init__(self, provider: str, chance: Chance, blobs: Mapping[str, str]) -> None:
        self._provider = provider
        self._chance = chance
        self._blobs = blobs
        self._lines: list[Line] = []
        self._blocks: list[Json] = []
        self._results: list[Json] = []
        self._waiting: list[str] = []
        self._pause_s = 0.0

    def tell(self, pieces: Sequence[Piece]) -> list[Line]:
        """Tell the script from its first piece to its last."""
        verbs: dict[str, Callable[[Piece], None]] = {
            "you": self._you,
            "reason": self._reason,
            "say": self._say,
            "call": self._call,
            "result": self._result,
            "block": self._block,
            "json": self._json,
            "stop": self._stop,
            "pause": self._pause,
            "compact": self._compact,
        }
        for piece in pieces:
            verbs[piece.kind](piece)
        self._end_results()
        self._end_answer()
        return self._lines

    def _add(self, message: Message, gap_s: float, prompt: str | None = None) -> None:
        self._lines.append(Line(message, gap_s + self._pause_s, prompt))
        self._pause_s = 0.0

    def _end_answer(self, stop: str | None = None) -> None:
        if not self._blocks:
            return
        calls = any(block["block_type"] == "tool_use" for block in self._blocks)
        reason = stop or ("tool_use" if calls else "end_turn")
        size = sum(len(str(block)) for block in self._blocks)
        gap_s = self._chance.between(1.5, 4.0) + min(size, 4000) / 160
        self._add({"role": "block_assistant", "blocks": self._blocks, "stop_reason": reason}, gap_s)
        self._blocks = []

    def _end_results(self) -> None:
        if self._results:
            gap_s = self._chance.between(0.04, 2.5) if self._chance.happens(0.75) else self._chance.between(4, 40)
            self._add({"role": "tool_results", "results": self._results}, gap_s)
            self._results, self._waiting = [], []

    def _you(self, piece: Piece) -> None:
        self._end_results()
        self._end_answer()
        content: Json = piece.text
        blocks = [{"type": "text", "text": piece.text}, *list(self._pictures(piece))]
        if len(blocks) > 1:
            content = blocks
        self._waiting = []
        self._add({"role": "user", "content": content}, self._chance.between(20, 220), piece.text)

    def _pictures(self, piece: Piece) -> Iterator[Json]:
        if "image" in piece.options:
            data = base64.b64encode(PICTURES[piece.options["image"]].content()).decode()
            yield {"type": "image", "media_type": "image/png", "source": "inline", "data": data}
        if "blob" in piece.options:
            blob_id = self._blobs[piece.options["blob"]]
            yield {"type": "image", "media_type": "image/png", "source": "blob", "blob_id": blob_id}

    def _begin_block(self) -> None:
        self._end_results()

    def _reason(self, piece: Piece) -> None:
        self._begin_block()
        data: dict[str, Json] = {"text": piece.text}
        if self._provider == "anthropic":
            data["meta"] = {"provider": "anthropic", "signature": self._chance.sealed(132)}
        elif self._provider == "open_a_i":
            sealed = self._chance.sealed(180)
            data["meta"] = {"provider": "open_ai", "id": f"rs_{self._chance.letters(32)}", "encrypted_content": sealed}
        self._blocks.append({"block_type": "reasoning", "data": data})

    def _say(self, piece: Piece) -> None:
        self._begin_block()
        data: dict[str, Json] = {"text": piece.text}
        if self._provider == "gemini":
            data["meta"] = {"provider": "gemini", "thoughtSignature": self._chance.sealed(48)}
        self._blocks.append({"block_type": "text", "data": data})

    def _call(self, piece: Piece) -> None:
        self._begin_block()
        tool, _, argument = piece.words.partition(" ")
        call_id = piece.options.get("id") or self._call_id()
        arguments = tool_arguments(tool, argument, piece.text)
        self._blocks.append({"block_type": "tool_use", "data": {"id": call_id, "name": tool, "args": arguments}})
        self._waiting.append(call_id)

    def _call_id(self) -> str:
        if self._provider == "anthropic":
            return f"toolu_01{self._chance.letters(22)}"
        if self._provider == "open_a_i":
            return f"call_{self._chance.letters(24)}"
        return f"fc-{self._chance.letters(12)}"

    def _result(self, piece: Piece) -> None:
        self._end_answer()
        call_id = piece.options.get("id") or self._waiting[min(len(self._results), len(self._waiting) - 1)]
        text = piece.text
        if "make" in piece.options:
            made = make_output(piece.options["make"], int(piece.options.get("lines", "120")), self._chance)
            text = f"{made}\n{text}" if text else made
        content: Json = text
        pictures = list(self._pictures(piece))
        if pictures:
            content = [{"type": "text", "text": text}, *pictures]
        self._results.append({"tool_use_id": call_id, "content": content, "is_error": "failed" in piece.options})

    def _block(self, piece: Piece) -> None:
        self._begin_block()
        self._blocks.append(self._filled(piece.text))

    def _json(self, piece: Piece) -> None:
        self._end_results()
        self._end_answer()
        self._add(self._filled(piece.text), self._chance.between(0.5, 20))

    def _filled(self, text: str) -> Json:
        """Read JSON in which `blob:NAME` and `sealed:N` stand for what only this realm knows."""
        for name, blob_id in self._blobs.items():
            text = text.replace(f'"blob:{name}"', f'"{blob_id}"')
        while (begin := text.find('"sealed:')) >= 0:
            end = text.index('"', begin + 8)
            text = f"{text[: begin + 1]}{self._chance.sealed(int(text[begin + 8 : end]))}{text[end:]}"
        return json.loads(text)

    def _stop(self, piece: Piece) -> None:
        self._end_answer(piece.words)

    def _pause(self, piece: Piece) -> None:
        self._end_results()
        self._end_answer()
        self._pause_s += float(piece.words) * 60

    def _compact(self, piece: Piece) -> None:
        self._end_results()
        self._end_answer()
        self._lines.append(Line({}, self._chance.between(8, 20), compaction=piece.text))


def tool_arguments(tool: str, argument: str, text: str) -> Json:
    """The arguments of a call, keys sorted as Meerkat stores them (formats/meerkat.md §0 fact 7)."""
    if text.startswith("{"):
        arguments = json.loads(text)
        if argument:
            arguments[FIRST_ARGUMENT[tool]] = argument
    else:
        arguments = {}
        if argument:
            arguments[FIRST_ARGUMENT[tool]] = argument
        if text:
            name = SECOND_ARGUMENT[tool]
            arguments[name] = f"{argument}\n{text}" if name == FIRST_ARGUMENT.get(tool) and argument else text
    return sort_keys(arguments)


def sort_keys(value: Json) -> Json:
    """Sort the keys of objects at every depth."""
    if isinstance(value, dict):
        return {key: sort_keys(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [sort_keys(entry) for entry in value]
    return value
