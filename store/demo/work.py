"""Ordinary work: what fills the long afternoons of the demo library, put together from written pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from store.demo.chance import Chance
from store.demo.scripts import Piece, fill_in

Pool = Mapping[str, Any]


def expand(pieces: Sequence[Piece], pools: Mapping[str, Pool], chance: Chance) -> Iterator[Piece]:
    """Replace each piece of kind "work" by that many steps of work in its area."""
    for piece in pieces:
        if piece.kind == "work":
            yield from _work(int(piece.words), pools[piece.options.get("area", "rust")], chance)
        else:
            yield piece


class _Deck:
    """A pile that is dealt from the top and turned over when it is empty, so that nothing repeats too soon."""

    def __init__(self, items: Sequence[Any], chance: Chance) -> None:
        self._items = items
        self._place = chance.whole(0, len(items) - 1)

    def deal(self) -> Any:
        self._place = (self._place + 1) % len(self._items)
        return self._items[self._place]


def _work(steps: int, pool: Pool, chance: Chance) -> Iterator[Piece]:
    decks = {name: _Deck(pool[name], chance) for name in ("reasons", "beat", "files", "names")}
    asked = _Deck(list(zip(pool["prompts"], pool["answers"], strict=True)), chance)
    done = 0
    while done < steps:
        prompt, answer = asked.deal()
        subject = {"file": decks["files"].deal(), "name": decks["names"].deal()}
        yield Piece("pause", f"{chance.between(0.2, 6):.2f}", {}, "")
        yield Piece("you", "", {}, fill_in(prompt, subject | _numbers(chance)))
        for _ in range(min(chance.whole(2, 7), steps - done)):
            values = subject | _numbers(chance)
            if chance.happens(0.4):
                yield Piece("reason", "", {}, fill_in(decks["reasons"].deal(), values))
            yield from _beat(decks["beat"].deal(), values)
            done += 1
        yield Piece("say", "", {}, fill_in(answer, subject | _numbers(chance)))


def _numbers(chance: Chance) -> dict[str, str]:
    return {
        "n": str(chance.whole(2, 48)),
        "line": str(chance.whole(18, 640)),
        "ms": str(chance.whole(3, 480)),
        "percent": str(chance.whole(4, 71)),
    }


def _beat(beat: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[Piece]:
    if "say" in beat:
        yield Piece("say", "", {}, fill_in(beat["say"], values))
    yield Piece("call", fill_in(beat["call"], values), {}, fill_in(beat.get("text", ""), values).strip("\n"))
    options = {name: str(beat[name]) for name in ("make", "lines") if name in beat}
    if beat.get("failed"):
        options["failed"] = "yes"
    yield Piece("result", "", options, fill_in(beat.get("out", ""), values).strip("\n"))
