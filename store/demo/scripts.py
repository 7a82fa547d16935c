"""Stories as they are written down: TOML files whose `script` is a transcript in a small markup of our own.

A line that begins with `%% ` starts a piece; the lines below it are its text. Words after the kind are its arguments,
`name=value` its options. `{{name}}` is replaced by the story's `vars`. The pieces:

    %% you [image=NAME] [blob=NAME]   a prompt, with a picture of pictures.py inline or in the blob store
    %% reason                         reasoning
    %% say                            text of the assistant
    %% call TOOL [ARGUMENT]           a tool call; the text is its second argument (see telling.py)
    %% result [failed] [make=NAME] [lines=N] [image=NAME]   the result of the next call without one
    %% block                          an assistant block of a rare kind, as JSON
    %% json                           a message of a rare kind, as JSON without its time
    %% stop REASON                    the stop reason of the assistant's message before
    %% pause MINUTES                  time in which nothing happens
    %% work STEPS [area=NAME]         that many further steps of ordinary work (work.py)
    %% compact                        a compaction; the text is its summary

Pure functions; the files are read by `read_stories`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final

MARK: Final = "%% "


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a script.

    Attributes:
        kind: "you", "say", "call" …
        words: what stands after the kind and is not an option, joined by blanks.
        options: `name=value` pairs and bare flags.
        text: the lines below, without the line breaks at both ends.
    """

    kind: str
    words: str
    options: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """One session to be told.

    Attributes:
        title: what it is about; stored as a label if `is_labelled`.
        fields: the other values of the story's table: model, at, span, labels, state, rewrite …
        pieces: the script.
    """

    title: str
    is_labelled: bool
    pieces: tuple[Piece, ...]
    fields: Mapping[str, Any] = field(default_factory=dict)


OPTION_NAMES: Final = frozenset({"image", "blob", "make", "lines", "area", "id", "source"})
FLAGS: Final = frozenset({"failed", "sealed"})


def parse_script(script: str) -> tuple[Piece, ...]:
    """Cut a script into its pieces."""
    pieces = []
    for part in ("\n" + script).split("\n" + MARK)[1:]:
        head, _, text = part.partition("\n")
        kind, *rest = head.split(" ")
        options: dict[str, str] = {}
        words = []
        for word in rest:
            name, equals, value = word.partition("=")
            if equals and name in OPTION_NAMES:
                options[name] = value
            elif kind == "result" and word in FLAGS:
                options[word] = "yes"
            else:
                words.append(word)
        pieces.append(Piece(kind, " ".join(words), options, text.strip("\n")))
    return tuple(pieces)


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Replace each `{{name}}` by its value."""
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    return text


def read_stories() -> Iterator[Story]:
    """Read every story file of the package; a story with `also` tables is told once more for each of them."""
    folder = resources.files("store.demo") / "stories"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml") and file.name != "work.toml":
            for table in tomllib.loads(file.read_text("utf-8")).get("story", []):
                yield from _tellings(table)


def read_work() -> dict[str, Any]:
    """Read the pools of ordinary work."""
    return tomllib.loads((resources.files("store.demo") / "stories" / "work.toml").read_text("utf-8"))


def _tellings(table: dict[str, Any]) -> Iterator[Story]:
    base = {name: value for name, value in table.items() if name not in {"also", "script"}}
    for other in ({}, *table.get("also", [])):
        fields = {**base, **other, "vars": {**base.get("vars", {}), **other.get("vars", {})}}
        if other:
            # What belongs to one session only is not handed on to its relatives.
            for name in ("at", "span", "rewrite", "state", "session_id"):
                if name not in other:
                    fields.pop(name, None)
        values = fields["vars"]
        script = fill_in(table.get("script", ""), values) + "\n" + fill_in(other.get("more", ""), values)
        title = fill_in(fields["title"], values)
        yield Story(title, bool(fields.get("labelled", True)), parse_script(script), fields)
