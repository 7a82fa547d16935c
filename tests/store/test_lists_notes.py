"""Own titles, own labels and hidden sessions in lists over real stores; no store is written to for them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.cancel import CancelToken
from store.library import Library
from store.lists import Lists
from store.meerkat.writer import NewRealm, NewSession, encode_message
from store.values.changes import LabelEdit
from store.values.listing import CatalogueKey, Choice, Facet, GroupBy, ListOrder, ListWant, View
from store.values.notes import Noted
from store.values.session import SortKey, TitleSource, Usage
from store.values.store import SessionKey, StoreKey
from tests.store.own_notes import hide, relabel

TOKEN = CancelToken()
BEGIN_S = 1_780_000_000
WORDS = ("Apple pie", "Bread crumbs", "Cherry cake", "Date loaf")
LABELS: tuple[dict[str, str], ...] = ({"area": "fruit"}, {"area": "dough"}, {}, {"area": "fruit", "by": "dana"})


def session_id(number: int) -> str:
    return f"019e85a1-4b2f-717a-950a-{number:012x}"


def write_realm(folder: Path) -> Path:
    """Four sessions; the later in WORDS, the newer."""
    sessions = [
        NewSession(
            session_id=session_id(number),
            created_at_ns=BEGIN_S * 10**9,
            updated_at_ns=(BEGIN_S + number) * 10**9,
            messages=[encode_message({"role": "user", "content": words, "created_at": "2026-05-28T20:26:40Z"})],
            metadata={
                "session_labels": LABELS[number],
                "session_metadata": {"model": "m-1", "provider": "anthropic", "schema_version": 2},
            },
            usage=Usage(3, 4),
            runtime_state="idle",
        )
        for number, words in enumerate(WORDS)
    ]
    with NewRealm(folder, folder.name, BEGIN_S) as realm:
        realm.add_sessions(sessions, TOKEN)
        return realm.database


@pytest.fixture
def lists(library: Library, own_paths: Any) -> Iterator[Lists]:
    made = Lists(library, own_paths)
    yield made
    made.close()


@pytest.fixture
def key(library: Library, tmp_path: Path) -> StoreKey:
    (facts,) = library.open(write_realm(tmp_path / "realm"), TOKEN)
    return facts.key


def one(key: StoreKey, number: int) -> SessionKey:
    return SessionKey(key, session_id(number))


def fill(lists: Lists, key: StoreKey) -> None:
    while not lists.fill(key, TOKEN).is_complete:
        pass


def numbers(lists: Lists, want: ListWant) -> list[int]:
    """Which sessions an answer has, in its order."""
    listed = lists.listed(want, TOKEN)
    rows = [lists.summaries(listed.store_at(row), [handle], TOKEN)[0] for row, handle in enumerate(listed.handles)]
    return [int(summary.key.session_id[-12:], 16) for summary in rows]


def test_4_3_a_row_has_the_own_title_and_labels_before_and_after_it_is_catalogued(lists: Lists, key: StoreKey) -> None:
    lists.annotations.set_title(one(key, 1), "My own", TOKEN)
    relabel(lists.annotations, [one(key, 1)], LabelEdit((("mine", "yes"),), ("area",)))
    handles = lists.listed(ListWant((key,)), TOKEN).handles
    row = lists.summaries(key, handles, TOKEN)[2]
    assert (row.title, row.title_from, row.labels) == ("My own", TitleSource.OWN, (("mine", "yes"),))
    fill(lists, key)
    facts = lists.facts(key, [session_id(1)], TOKEN)[session_id(1)]
    assert (facts.title, facts.title_from, facts.labels) == ("My own", "own", (("mine", "yes"),))
    assert facts.first_prompt == WORDS[1]


def test_4_3_own_titles_are_sorted_with_those_of_the_store(lists: Lists, key: StoreKey) -> None:
    fill(lists, key)
    by_title = ListWant((key,), order=ListOrder(CatalogueKey.TITLE, is_descending=False))
    assert numbers(lists, by_title) == [0, 1, 2, 3]
    lists.annotations.set_title(one(key, 0), "bzz", TOKEN)
    assert numbers(lists, by_title) == [1, 0, 2, 3]


@pytest.mark.parametrize(
    ("text", "found"),
    [("own words", [2]), ("cherry", [2]), ("mine=yes", [2]), ("fruit", [3]), ("date", [3]), ("m-1", [3, 2, 1, 0])],
)
def test_4_3_a_filter_finds_own_titles_and_labels_and_not_what_they_replaced(
    lists: Lists, key: StoreKey, text: str, found: list[int]
) -> None:
    fill(lists, key)
    lists.annotations.set_title(one(key, 2), "Own Words", TOKEN)
    relabel(lists.annotations, [one(key, 2)], LabelEdit((("mine", "yes"),)))
    relabel(lists.annotations, [one(key, 0)], LabelEdit((), ("area",)))
    assert numbers(lists, ListWant((key,), text=text)) == found


def labels_of(lists: Lists, want: ListWant) -> dict[str, int]:
    counts = lists.counts(want, TOKEN)
    assert counts.value_counts[Facet.LABEL] == len(counts.facets[Facet.LABEL])
    return {found.value: found.session_count for found in counts.facets[Facet.LABEL]}


def test_4_3_labels_are_counted_and_chosen_as_they_are_shown(lists: Lists, key: StoreKey) -> None:
    fill(lists, key)
    assert labels_of(lists, ListWant((key,))) == {"area=fruit": 2, "area=dough": 1, "by=dana": 1}
    relabel(lists.annotations, [one(key, 0), one(key, 2)], LabelEdit((("area", "dough"), ("new", "1"))))
    relabel(lists.annotations, [one(key, 1)], LabelEdit((), ("area",)))
    assert labels_of(lists, ListWant((key,))) == {"area=dough": 2, "new=1": 2, "area=fruit": 1, "by=dana": 1}
    for value, found in {"area=dough": [2, 0], "new=1": [2, 0], "area=fruit": [3], "": [1]}.items():
        chosen = frozenset({Choice(Facet.LABEL, value)})
        assert numbers(lists, ListWant((key,), choices=chosen)) == found
    both = frozenset({Choice(Facet.LABEL, "new=1"), Choice(Facet.LABEL, "")})
    assert numbers(lists, ListWant((key,), choices=both)) == [2, 1, 0]
    by_labels = ListWant((key,), order=ListOrder(CatalogueKey.LABELS, is_descending=False))
    assert numbers(lists, by_labels) == [2, 0, 3, 1]


EVERY_LIST: Sequence[ListWant] = (
    ListWant(()),
    ListWant((), view=View.ACTIVE),
    ListWant((), group_by=GroupBy.DAY),
    ListWant((), text="e"),
    ListWant((), order=ListOrder(CatalogueKey.TITLE)),
    ListWant((), choices=frozenset({Choice(Facet.MODEL, "m-1")})),
)


@pytest.mark.parametrize("want", EVERY_LIST)
def test_4_1_a_hidden_session_is_in_no_list_but_the_archived_one(lists: Lists, key: StoreKey, want: ListWant) -> None:
    fill(lists, key)
    asked = ListWant((key,), want.view, want.text, want.choices, want.order, want.group_by)
    before = numbers(lists, asked)
    hide(lists.annotations, [one(key, 2)])
    assert numbers(lists, asked) == [number for number in before if number != 2]
    assert numbers(lists, ListWant((key,), View.ARCHIVED)) == [2]
    hide(lists.annotations, [one(key, 2)], is_hidden=False)
    assert numbers(lists, asked) == before


def test_4_1_hidden_sessions_are_counted_as_archived_and_nowhere_else(lists: Lists, key: StoreKey) -> None:
    fill(lists, key)
    lists.pin([one(key, 0), one(key, 3)], True, TOKEN)
    hide(lists.annotations, [one(key, 3)])
    counts = lists.counts(ListWant((key,)), TOKEN)
    assert counts.views == {
        View.ALL: 3, View.ACTIVE: 3, View.RUNNING: 0, View.PINNED: 1, View.ARCHIVED: 1, View.FAULTS: 0,
    }  # fmt: skip
    assert labels_of(lists, ListWant((key,))) == {"area=fruit": 1, "area=dough": 1}
    assert labels_of(lists, ListWant((key,), View.ARCHIVED)) == {"area=fruit": 1, "by=dana": 1}


def test_4_1_a_hidden_session_is_found_by_its_id_or_the_beginning_of_it(lists: Lists, key: StoreKey) -> None:
    fill(lists, key)
    hide(lists.annotations, [one(key, 1)])
    assert numbers(lists, ListWant((key,), text=session_id(1))) == [1]
    assert numbers(lists, ListWant((key,), text="019E85A1")) == [3, 2, 1, 0]
    assert numbers(lists, ListWant((key,), text="019e85")) == [3, 2, 0]
    assert numbers(lists, ListWant((key,), View.PINNED, text=session_id(1))) == []


def test_4_1_hidden_stands_between_archived_and_never_run_where_states_are_sorted(lists: Lists, key: StoreKey) -> None:
    fill(lists, key)
    hide(lists.annotations, [one(key, 0)])
    by_state = ListWant((key,), View.ARCHIVED, order=ListOrder(CatalogueKey.STATE, is_descending=False))
    assert numbers(lists, by_state) == [0]


def test_4_1_a_list_of_a_store_with_hidden_sessions_waits_for_its_census(lists: Lists, key: StoreKey) -> None:
    hide(lists.annotations, [one(key, 0)])
    assert lists.listed(ListWant((key,)), TOKEN).waiting == (key,)
    lists.take_census(key, TOKEN)
    assert numbers(lists, ListWant((key,))) == [3, 2, 1]


def test_4_1_a_list_in_the_order_of_its_file_stays_one_when_something_is_hidden(lists: Lists, key: StoreKey) -> None:
    lists.take_census(key, TOKEN)
    hide(lists.annotations, [one(key, 0), one(key, 2)])
    for order in (SortKey.UPDATED, SortKey.ID, SortKey.SIZE):
        for is_descending in (True, False):
            want = ListWant((key,), order=ListOrder(order, is_descending))
            # A text that all ids hold makes the catalogue answer.
            by_catalogue = lists.listed(ListWant((key,), text="-", order=want.order), TOKEN)
            assert lists.listed(want, TOKEN).handles == by_catalogue.handles


def test_4_1_a_handle_that_another_session_has_by_now_hides_nobody(
    lists: Lists, library: Library, key: StoreKey
) -> None:
    fill(lists, key)
    hide(lists.annotations, [one(key, 1)])
    with closing(sqlite3.connect(key.path)) as connection, connection:
        (rowid,) = connection.execute("SELECT rowid FROM sessions WHERE session_id = ?", (session_id(1),)).fetchone()
        connection.execute("UPDATE sessions SET rowid = 1000 WHERE session_id = ?", (session_id(1),))
        connection.execute("UPDATE sessions SET rowid = ? WHERE session_id = ?", (rowid, session_id(3)))
    library.reload(key, TOKEN)
    lists.take_census(key, TOKEN)
    assert numbers(lists, ListWant((key,))) == [3, 2, 0]


def test_4_3_without_anything_hidden_rows_come_from_the_file_as_before(
    lists: Lists, key: StoreKey, own_paths: Any
) -> None:
    lists.annotations.set_title(one(key, 0), "Mine", TOKEN)
    hide(lists.annotations, [SessionKey(StoreKey("/elsewhere"), session_id(0))])
    assert len(lists.listed(ListWant((key,)), TOKEN).handles) == 4
    assert list(own_paths.cache.glob("catalogue*")) == []


def test_4_3_notes_that_cannot_be_read_stop_no_list(lists: Lists, key: StoreKey, own_paths: Any) -> None:
    fill(lists, key)
    own_paths.made(own_paths.data)
    own_paths.annotations_file.mkdir()
    assert numbers(lists, ListWant((key,))) == numbers(lists, ListWant((key,), text="m-1")) == [3, 2, 1, 0]
    assert lists.facts(key, [session_id(0)], TOKEN)[session_id(0)].title == WORDS[0]
    counts = lists.counts(ListWant((key,)), TOKEN)
    assert (counts.views[View.ALL], View.PINNED in counts.views) == (4, False)


def test_4_3_notes_leave_the_store_as_it_is(
    lists: Lists, key: StoreKey, untouched: Callable[[Path], AbstractContextManager[None]]
) -> None:
    with untouched(Path(key.path).parent):
        lists.annotations.set_title(one(key, 0), "Mine", TOKEN)
        lists.annotations.set_note(one(key, 0), "A note", TOKEN)
        hide(lists.annotations, [one(key, 0)])
        fill(lists, key)
        assert lists.summaries(key, lists.listed(ListWant((key,), View.ARCHIVED), TOKEN).handles, TOKEN)[0].has_note


NAMES, VALUES = ("area", "by", "new"), ("fruit", "dough", "x")
NOTES = st.builds(
    Noted,
    title=st.sampled_from((None, "apple", "Zebra", "cherry own")),
    labels_put=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES)).map(lambda put: tuple(put.items())),
    is_hidden=st.booleans(),
)


class Model:
    """What lists have to say of four sessions, found out without a database."""

    def __init__(self, notes: Sequence[Noted]) -> None:
        self.notes = notes
        self.labels = [
            [f"{name}={value}" for name, value in noted.merged(tuple(LABELS[at].items()))]
            for at, noted in enumerate(notes)
        ]
        self.titles = [noted.title or WORDS[at] for at, noted in enumerate(notes)]

    def seen(self, is_hidden: bool = False) -> list[int]:
        return [at for at in (3, 2, 1, 0) if self.notes[at].is_hidden is is_hidden]

    def with_text(self, word: str) -> list[int]:
        texts = [f"{self.titles[at]}\n{WORDS[at]}\n{'|'.join(self.labels[at])}".lower() for at in range(4)]
        return [at for at in self.seen() if word in texts[at]]

    def facet(self) -> dict[str, int]:
        return dict(Counter(label for at in self.seen() for label in self.labels[at]))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(NOTES, NOTES, NOTES, NOTES), st.tuples(*[st.sets(st.sampled_from(NAMES[:2]))] * 4))
def test_4_3_lists_say_what_a_simple_model_says_whatever_is_noted(
    lists: Lists, key: StoreKey, drawn: tuple[Noted, ...], removed: tuple[set[str], ...]
) -> None:
    fill(lists, key)
    notes = [noted.edited(LabelEdit((), tuple(sorted(names)))) for noted, names in zip(drawn, removed, strict=True)]
    for number, noted in enumerate(notes):
        lists.annotations.exchange(one(key, number), lambda _before, now=noted: now, TOKEN)  # type: ignore[misc]
    model = Model(notes)
    assert numbers(lists, ListWant((key,))) == numbers(lists, ListWant((key,), View.ACTIVE)) == model.seen()
    assert numbers(lists, ListWant((key,), View.ARCHIVED)) == model.seen(is_hidden=True)
    for word in ("apple", "own", "cherry", "fruit", "area=x", "by="):
        assert numbers(lists, ListWant((key,), text=word)) == model.with_text(word), word
    assert labels_of(lists, ListWant((key,))) == {label or "": n for label, n in model.facet().items()}
    for label in {label for labels in model.labels for label in labels}:
        want = ListWant((key,), choices=frozenset({Choice(Facet.LABEL, label)}))
        assert numbers(lists, want) == [at for at in model.seen() if label in model.labels[at]]
    by_title = ListWant((key,), order=ListOrder(CatalogueKey.TITLE, is_descending=False))
    assert numbers(lists, by_title) == sorted(model.seen(), key=lambda at: (model.titles[at].casefold(), -at))
