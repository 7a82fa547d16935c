"""What is said about a list of sessions as a whole: how many there are, how complete it is, why it is empty. Pure."""

from __future__ import annotations

from typing import NamedTuple

from app.present.one_line import one_line
from app.present.sizes import counted
from store.values.listing import CatalogueKey, GroupBy, Listed, ListWant, View

_EMPTY_VIEWS = {
    View.ALL: ("No sessions", "The store can be read, and holds no session yet."),
    View.ACTIVE: ("No active sessions", "All sessions here are archived."),
    View.RUNNING: ("No running sessions", "No agent works on a session here now."),
    View.PINNED: ("No pinned sessions", "Pin a session to find it here: Ctrl+D, or Pin in its menu."),
    View.ARCHIVED: ("No archived sessions", "None of the sessions here was archived."),
    View.FAULTS: ("No faults", "No fault was found in the sessions here."),
}


class EmptyWords(NamedTuple):
    """A panel in place of a list.

    Attributes:
        button: word of the button that shows more again; "" for none.
    """

    icon: str
    title: str
    sentence: str
    advice: str
    button: str


def needs_catalogue(want: ListWant) -> bool:
    """Whether the answer depends on what only the catalogue knows, and grows better as it is filled."""
    is_narrowed = bool(want.text or want.choices) or want.view in (View.ARCHIVED, View.ACTIVE, View.FAULTS)
    return is_narrowed or isinstance(want.order.key, CatalogueKey) or want.group_by is GroupBy.MODEL


def is_catalogued(want: ListWant) -> bool:
    """Whether the catalogue gives the rows, not the file of the one store itself."""
    is_of_one_file = len(want.stores) == 1 and want.view is View.ALL and want.group_by is GroupBy.NONE
    return needs_catalogue(want) or not is_of_one_file


def count_words(listed: Listed, of_count: int | None) -> str:
    """How many sessions the list has: "284 sessions", "12 of 284 sessions" while it is narrowed.

    Args:
        of_count: sessions without text and facets; None if that is not known.
    """
    count = len(listed.handles)
    if of_count is None or not (listed.want.text or listed.want.choices):
        return counted(count, "session")
    return f"{count:,} of {counted(of_count, 'session')}"


def progress_words(listed: Listed) -> str:
    """How complete an answer of the catalogue is: "sorted 412 of 1,000"; "" if it is complete."""
    want, words = listed.want, []
    if listed.known < listed.total and needs_catalogue(want):
        share = f"{listed.known:,} of {listed.total:,}"
        if isinstance(want.order.key, CatalogueKey):
            words.append(f"sorted {share}")
        elif want.text:
            words.append(f"filtering {share} catalogued")
        else:
            words.append(f"{share} catalogued")
    if listed.waiting:
        words.append(f"waiting for {counted(len(listed.waiting), 'store')}")
    return " · ".join(words)


def hit_words(listed: Listed, of_count: int | None) -> str:
    """How many were found, for the filter box: "12 of 284"; "" while nothing is typed."""
    if not listed.want.text:
        return ""
    count = len(listed.handles)
    return f"{count:,}" if of_count is None else f"{count:,} of {of_count:,}"


def empty_words(listed: Listed, of_count: int | None) -> EmptyWords:
    """Why there is nothing in a list."""
    want = listed.want
    progress = ""
    if listed.known < listed.total:
        progress = f"{listed.known:,} of {counted(listed.total, 'session')} are catalogued so far; more may be found."
    if want.text:
        fields = "title, model, label, id or first prompt"
        among = "No session" if of_count is None else f"None of {counted(of_count, 'session')}"
        sentence = f"{among} has “{one_line(want.text, 80)}” in its {fields}."
        return EmptyWords("list-filter", "Nothing found", sentence, progress, "Clear filter")
    if want.choices:
        sentence = "No session has all that is chosen in the library."
        return EmptyWords("list-filter", "Nothing found", sentence, progress, "Clear filters")
    title, sentence = _EMPTY_VIEWS[want.view]
    if want.view is View.ALL and len(want.stores) != 1:
        sentence = "The stores can be read, and hold no session yet." if want.stores else "No store is open."
    return EmptyWords("inbox", title, sentence, progress if want.view is not View.ALL else "", "")
