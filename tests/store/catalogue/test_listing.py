"""What the catalogue lists and counts is what a plain list in memory gives, for any question (2.2, 2.3)."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.cancel import CancelToken
from store.catalogue import Catalogue
from store.paths import OwnPaths
from store.values.listing import (
    CatalogueFacts,
    CatalogueKey,
    CensusRow,
    Choice,
    Facet,
    FacetValue,
    FillState,
    Group,
    GroupBy,
    ListOrder,
    ListWant,
    View,
)
from store.values.session import SortKey
from store.values.store import SessionKey, StoreKey
from tests.store.catalogue.made import A, B, C, MadeStore, facts_of, row

TOKEN = CancelToken()
STORES = (A, B, C)
RANKS = {A: 2, B: 0, C: 1}
Fill = Callable[[MadeStore], FillState]
Take = Callable[[MadeStore], bool]

STORED_FIELDS = {SortKey.ID: "session_id", SortKey.UPDATED: "updated_at_ms", SortKey.CREATED: "created_at_ms"}

SOME_TIME = st.one_of(st.none(), st.sampled_from((0, 1_780_000_000_000, 1_780_050_000_000, 1_780_000_300_000)))
SOME_COUNT = st.one_of(st.none(), st.integers(0, 3))
SOME_LABELS = st.lists(st.sampled_from((("env", "prod"), ("team", "Blue"), ("n", "1"))), unique=True).map(tuple)
SOME_TEXT = st.sampled_from(("Fix the page", "fix İstanbul", "straße", "", "100 % _sure_"))


@st.composite
def sessions(draw: st.DrawFn) -> tuple[CensusRow, CatalogueFacts | None]:
    """One session: its columns, and what its document says unless that is not read yet."""
    number = draw(st.integers(0, 12))
    columns = row(
        number,
        updated_at_ms=draw(SOME_TIME),
        created_at_ms=draw(SOME_TIME),
        message_count=draw(SOME_COUNT),
        total_tokens=draw(SOME_COUNT),
        size_bytes=draw(SOME_COUNT),
    )
    if draw(st.integers(0, 3)) == 0:
        return columns, None
    is_damaged = draw(st.booleans())
    return columns, facts_of(
        columns.session_id,
        draw(SOME_TEXT) or columns.session_id,
        first_prompt=draw(SOME_TEXT),
        model=draw(st.sampled_from((None, "m-1", "M-2"))),
        provider=draw(st.sampled_from((None, "anthropic", "openai"))),
        labels=draw(SOME_LABELS),
        duration_ms=draw(SOME_COUNT),
        is_archived=draw(st.booleans()),
        has_no_answer=draw(st.booleans()),
        is_damaged=is_damaged,
        faults=(("bad-json", "It is none."),) if is_damaged or draw(st.booleans()) else (),
    )


@st.composite
def libraries(draw: st.DrawFn) -> dict[StoreKey, dict[int, tuple[CensusRow, CatalogueFacts | None]]]:
    found = {}
    for key in STORES[: draw(st.integers(1, 3))]:
        listed = draw(st.lists(sessions(), min_size=3, max_size=8))
        found[key] = {one[0].handle: one for one in listed}
    return found


CHOICES = st.frozensets(
    st.one_of(
        st.builds(Choice, st.just(Facet.MODEL), st.sampled_from(("m-1", "M-2", "", "nobody"))),
        st.builds(Choice, st.just(Facet.PROVIDER), st.sampled_from(("anthropic", ""))),
        st.builds(Choice, st.just(Facet.LABEL), st.sampled_from(("env=prod", "team=Blue", ""))),
        st.builds(Choice, st.just(Facet.DAY), st.sampled_from(("2026-05-28", "1970-01-01", "", "no day"))),
    ),
    max_size=3,
)
WANTS = st.builds(
    ListWant,
    stores=st.just(()),
    view=st.just(View.ALL) | st.sampled_from(View),
    text=st.just("")
    | st.sampled_from(("", "fix", "PAGE fix", "straße", "STRASSE", "env=prod", "m-2", "s-0003", "%", "İ", "  ")),
    choices=st.just(frozenset[Choice]()) | CHOICES,
    order=st.builds(
        ListOrder, st.one_of(st.sampled_from(SortKey), st.sampled_from(CatalogueKey)), is_descending=st.booleans()
    ),
    group_by=st.sampled_from(GroupBy),
    is_utc=st.just(True),
)


class Model:
    """The same questions, answered by a list of sessions in memory."""

    def __init__(self, library: dict[StoreKey, dict[int, Any]], marked: dict[str, set[SessionKey]]) -> None:
        self.rows = [(key, *one) for key, made in library.items() for one in made.values()]
        self.stores = tuple(library)
        self.marked = marked

    def day(self, columns: CensusRow) -> str:
        if columns.updated_at_ms is None:
            return ""
        return datetime.fromtimestamp(columns.updated_at_ms / 1000, UTC).date().isoformat()

    def is_in_view(self, one: Any, view: View) -> bool:
        key, columns, facts = one
        name = SessionKey(key, columns.session_id)
        is_archived = facts is not None and facts.is_archived
        return {
            View.ALL: True,
            View.ACTIVE: not is_archived,
            View.ARCHIVED: is_archived,
            View.FAULTS: facts is not None and bool(facts.faults),
            View.PINNED: name in self.marked["pinned"],
            View.RUNNING: name in self.marked["running"] and not (facts is not None and facts.is_damaged),
        }[view]

    def values(self, one: Any, facet: Facet) -> list[str]:
        """The values of a facet that a session has."""
        _, columns, facts = one
        if facet is Facet.DAY:
            return [self.day(columns)]
        if facts is None:
            return []
        if facet is Facet.LABEL:
            return [f"{name}={value}" for name, value in facts.labels]
        return [(facts.model if facet is Facet.MODEL else facts.provider) or ""]

    def is_chosen(self, one: Any, want: ListWant, without: Facet | None = None) -> bool:
        for facet in Facet:
            wanted = {choice.value for choice in want.choices if choice.facet is facet}
            if not wanted or facet is without:
                continue
            has = set(self.values(one, facet))
            if facet is Facet.LABEL and one[2] is not None and not has:
                has = {""}
            if not has & wanted:
                return False
        return True

    def has_text(self, one: Any, text: str) -> bool:
        _, columns, facts = one
        lines = [columns.session_id]
        if facts is not None:
            lines += [facts.title, facts.first_prompt, facts.model or "", *self.values(one, Facet.LABEL)]
        searched = "\n".join(lines).casefold()
        return all(word in searched for word in text.casefold().split())

    def sort_value(self, one: Any, key: SortKey | CatalogueKey) -> Any:
        store, columns, facts = one
        if isinstance(key, SortKey):
            return getattr(columns, STORED_FIELDS.get(key, key.value))
        if key is CatalogueKey.STORE:
            return RANKS[store]
        if facts is None:
            return None
        if key is CatalogueKey.STATE:
            is_running = SessionKey(store, columns.session_id) in self.marked["running"]
            flags = (facts.is_damaged, is_running, facts.is_archived, facts.has_no_answer, True)
            return flags.index(True)
        if key is CatalogueKey.LABELS:
            return ", ".join(self.values(one, Facet.LABEL)).casefold() or None
        value = getattr(facts, "duration_ms" if key is CatalogueKey.DURATION else key.value)
        return value.casefold() if isinstance(value, str) else value

    def sorted(self, rows: list[Any], order: ListOrder) -> list[Any]:
        rows = sorted(rows, key=lambda one: self.stores.index(one[0]))
        rows.sort(key=lambda one: one[1].session_id)
        if isinstance(order.key, CatalogueKey):
            rows.sort(key=lambda one: (one[1].updated_at_ms is not None, one[1].updated_at_ms or 0), reverse=True)
            rows.sort(key=lambda one: one[2] is None and order.key is not CatalogueKey.STORE)
            known = [one for one in rows if self.sort_value(one, order.key) is not None]
            rest = [one for one in rows if self.sort_value(one, order.key) is None]
            known.sort(key=lambda one: self.sort_value(one, order.key), reverse=order.is_descending)
            return known + rest
        nothing: Any = "" if order.key is SortKey.ID else -1

        def value(one: Any) -> Any:
            found = self.sort_value(one, order.key)
            return nothing if found is None else found

        rows.sort(key=value, reverse=order.is_descending)
        return rows

    def answer(self, want: ListWant) -> tuple[list[tuple[StoreKey, int]], list[Group]]:
        rows = [
            one
            for one in self.rows
            if self.is_in_view(one, want.view) and self.is_chosen(one, want) and self.has_text(one, want.text)
        ]
        rows = self.sorted(rows, want.order)
        groups: dict[str, list[Any]] = {"": rows} if want.group_by is GroupBy.NONE else {}
        if want.group_by is not GroupBy.NONE:
            for one in rows:
                groups.setdefault(self.heading(one, want.group_by), []).append(one)
        listed = [one for members in groups.values() for one in members]
        ends = [sum(len(members) for members in list(groups.values())[: n + 1]) for n in range(len(groups))]
        found = [Group(*one) for one in zip(groups, [0, *ends], ends, strict=False)]
        return [(one[0], one[1].handle) for one in listed], [] if want.group_by is GroupBy.NONE else found

    def heading(self, one: Any, group_by: GroupBy) -> str:
        key, columns, facts = one
        if group_by is GroupBy.DAY:
            return self.day(columns)
        return key.path if group_by is GroupBy.STORE else (facts.model or "" if facts is not None else "")

    def counts(self, want: ListWant) -> tuple[dict[View, int], dict[Facet, Counter[str]]]:
        views = {view: sum(self.is_in_view(one, view) for one in self.rows) for view in View}
        facets = {}
        for facet in Facet:
            rows = [
                one for one in self.rows if self.is_in_view(one, want.view) and self.is_chosen(one, want, without=facet)
            ]
            facets[facet] = Counter(value for one in rows for value in self.values(one, facet))
        return views, facets


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(library=libraries(), wants=st.lists(WANTS, min_size=4, max_size=8), data=st.data())
def test_2_3_any_question_is_answered_as_by_a_plain_list(
    folder: Path, library: dict[StoreKey, dict[int, Any]], wants: list[ListWant], data: st.DataObject
) -> None:
    catalogue = Catalogue(OwnPaths.under(folder))
    try:
        for key in STORES:
            _put(catalogue, key, library.get(key, {}))
        keys = [SessionKey(key, one[0].session_id) for key, made in library.items() for one in made.values()]
        some = st.sets(st.sampled_from(keys)) if keys else st.just(set[SessionKey]())
        marked = {"pinned": data.draw(some), "running": data.draw(some)}
        model = Model(library, marked)
        for blank in wants:
            want = ListWant(
                tuple(library), blank.view, blank.text, blank.choices, blank.order, blank.group_by, blank.is_utc
            )
            listed = catalogue.listed(want, RANKS, marked["pinned"], marked["running"], TOKEN)
            rows, groups = model.answer(want)
            assert [(listed.store_at(n), listed.handles[n]) for n in range(len(listed.handles))] == rows
            assert list(listed.groups) == groups
            counts = catalogue.counts(want, marked["pinned"], marked["running"], TOKEN)
            views, facets = model.counts(want)
            assert counts.views == views
            assert {facet: dict(found) for facet, found in counts.facets.items()} == {
                facet: dict(found) for facet, found in facets.items()
            }
    finally:
        catalogue.close()


def _put(catalogue: Catalogue, key: StoreKey, made: dict[int, Any]) -> None:
    """Let the catalogue hold exactly these sessions, with the facts of those that have some."""
    store = MadeStore(key, [made[handle][0] for handle in sorted(made)])
    catalogue.take_census(key, "none", lambda after, limit: [], TOKEN)
    catalogue.take_census(key, "some", store.page, TOKEN)

    def documents(handles: Any) -> list[CatalogueFacts]:
        return [made[handle][1] or facts_of("another session") for handle in handles]

    while not catalogue.fill_batch(key, documents, TOKEN).is_complete:
        pass


def test_2_3_what_is_not_known_yet_stands_at_the_end_and_is_counted(
    catalogue: Catalogue, take: Take, fill: Fill
) -> None:
    store = MadeStore(A, [row(1), row(2)], {1: facts_of("s-0001", "b"), 2: facts_of("s-0002", "a")})
    fill(store)
    store.rows += [row(3), row(4)]
    take(store)
    for is_descending, expected in ((False, [2, 1, 4, 3]), (True, [1, 2, 4, 3])):
        order = ListOrder(CatalogueKey.TITLE, is_descending)
        listed = catalogue.listed(ListWant((A,), order=order), {}, (), (), TOKEN)
        assert (list(listed.handles), listed.known, listed.total) == (expected, 2, 4)


def test_2_3_a_stored_order_is_complete_without_any_facts(catalogue: Catalogue, take: Take) -> None:
    take(MadeStore(A, [row(1), row(2)]))
    take(MadeStore(B, [row(3)]))
    listed = catalogue.listed(ListWant((A, B)), {}, (), (), TOKEN)
    assert (listed.known, listed.total) == (3, 3)


def test_stores_without_a_census_are_named_and_keep_nobody_waiting(catalogue: Catalogue, take: Take) -> None:
    take(MadeStore(B, [row(1)]))
    listed = catalogue.listed(ListWant((A, B, C)), {}, (), (), TOKEN)
    assert (listed.stores, listed.waiting, list(listed.handles)) == ((B,), (A, C), [1])


def test_2_case_5_five_hundred_labels_and_three_thousand_models_are_counted_and_found(
    catalogue: Catalogue, fill: Fill
) -> None:
    labels = tuple((f"key-{number}", "v" * 20) for number in range(500))
    rows = [row(number) for number in range(3_000)]
    facts = {one.handle: facts_of(one.session_id, model=f"model {one.handle:04}") for one in rows}
    facts[7] = facts_of("s-0007", "x" * 10_000, model="model 0007", labels=labels)
    fill(MadeStore(A, rows, facts))
    counts = catalogue.counts(ListWant((A,)), (), (), TOKEN)
    assert (counts.value_counts[Facet.MODEL], counts.value_counts[Facet.LABEL]) == (3_000, 500)
    assert counts.facets[Facet.MODEL][0] == FacetValue("model 0000", 1)
    for want in (
        ListWant((A,), choices=frozenset({Choice(Facet.LABEL, "key-499=" + "v" * 20)})),
        ListWant((A,), text="KEY-499"),
        ListWant((A,), choices=frozenset({Choice(Facet.MODEL, "model 0007")})),
    ):
        assert list(catalogue.listed(want, {}, (), (), TOKEN).handles) == [7]
    assert catalogue.facts(A, ["s-0007"], TOKEN)["s-0007"].labels == labels


def test_days_are_those_of_the_zone_that_is_asked_for(
    catalogue: Catalogue, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    try:
        evening = int(datetime(2026, 8, 18, 18, 20, tzinfo=UTC).timestamp() * 1000)
        take(MadeStore(A, [row(1, updated_at_ms=evening)]))
        days = {}
        for is_utc in (True, False):
            counts = catalogue.counts(ListWant((A,), is_utc=is_utc), (), (), TOKEN)
            (days[is_utc],) = counts.facets[Facet.DAY]
            choice = frozenset({Choice(Facet.DAY, days[is_utc].value)})
            want = ListWant((A,), choices=choice, group_by=GroupBy.DAY, is_utc=is_utc)
            listed = catalogue.listed(want, {}, (), (), TOKEN)
            assert listed.groups == (Group(days[is_utc].value, 0, 1),)
        assert days == {True: FacetValue("2026-08-18", 1), False: FacetValue("2026-08-19", 1)}
    finally:
        monkeypatch.undo()
        time.tzset()


def test_2_3_states_sort_in_the_order_in_which_they_are_shown(catalogue: Catalogue, fill: Fill) -> None:
    flags = ({}, {"has_no_answer": True}, {"is_archived": True, "has_no_answer": True}, {}, {"is_damaged": True})
    rows = [row(number) for number in range(len(flags))]
    fill(MadeStore(A, rows, {one.handle: facts_of(one.session_id, **flags[one.handle]) for one in rows}))
    running = [SessionKey(A, "s-0003"), SessionKey(A, "s-0004")]
    for is_descending, expected in ((False, [4, 3, 2, 1, 0]), (True, [0, 1, 2, 3, 4])):
        order = ListOrder(CatalogueKey.STATE, is_descending)
        assert list(catalogue.listed(ListWant((A,), order=order), {}, (), running, TOKEN).handles) == expected


@pytest.mark.parametrize("key", [SortKey.UPDATED, SortKey.ID, CatalogueKey.TITLE])
def test_2_case_3_copies_of_a_session_stand_in_the_order_of_their_stores(
    catalogue: Catalogue, fill: Fill, key: SortKey | CatalogueKey
) -> None:
    for store in (A, B, C):
        fill(MadeStore(store, [row(1), row(2)]))
    for stores in ((A, B, C), (C, A, B)):
        listed = catalogue.listed(ListWant(stores, order=ListOrder(key)), {}, (), (), TOKEN)
        assert [listed.store_at(position) for position in range(6)] == [*stores, *stores]
