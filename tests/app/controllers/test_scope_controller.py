"""What the library shows and narrows: stores, kinds, saved views, facets with their counts (2.2, 2-case-3)."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import datetime

import pytest
from PySide6.QtWidgets import QLabel

from app.commands import VIEWS, ActionId
from app.models.library_model import Badge
from app.models.roles import ACCESSIBLE_TEXT, ROW, TOOL_TIP
from app.options import Options
from app.present.sizes import counted
from app.settings import Settings
from store.cancel import CancelToken
from store.values.listing import Choice, Facet, View
from store.values.session import SessionState, SortOrder
from store.values.store import StoreKind

RICH = "meerkat/realm-0.6.24-rich"
RKAT = "meerkat/realm-0.6.24-rkat"


def wait_for_counts(qtbot, program) -> None:
    """Until all sessions are catalogued and the numbers of all of them are shown."""
    controller = program.controller

    def are_there() -> bool:
        known, total = controller.catalogue.counts
        counts = controller.facets.counts
        in_scope = {facts.key: facts.session_count for facts in controller.scopes.facts()}
        return (
            not controller.catalogue.is_working
            and known == total > 0
            and counts is not None
            and counts.want.stores == controller.scopes.current.stores
            and counts.want.view is controller.scopes.current.view
            and counts.want.choices == controller.scopes.choices
            and counts.known == counts.total == sum(in_scope.values())
        )

    qtbot.waitUntil(are_there, timeout=15_000)


def wait_for_list(qtbot, program) -> None:
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)


def summaries(program, in_worker, facts):
    """All rows of a store, as its file gives them."""

    def read():
        backend = program.context.library.backend(facts.key)
        return backend.summaries(backend.ids(SortOrder(), CancelToken()).handles, CancelToken())

    return in_worker(read)


def listed_count(program) -> int:
    return program.controller.sessions.model.session_count


def visible_labels(widget) -> list[QLabel]:
    return [label for label in widget.findChildren(QLabel) if label.isVisible()]


def row_texts(model) -> dict[str, int]:
    rows = [model.index(number, 0).data(ROW) for number in range(model.rowCount())]
    return {row.text: int(row.count_text.replace(",", "")) for row in rows if row.count_text}


@pytest.fixture
def two_stores(show_program, copy_sample, qtbot):
    program = show_program(copy_sample(RICH), copy_sample(RKAT))
    wait_for_counts(qtbot, program)
    return program


def test_2_2_the_numbers_of_a_store_are_those_that_counting_its_rows_gives(
    qtbot, show_program, copy_sample, in_worker
) -> None:
    program = show_program(copy_sample(RICH))
    wait_for_counts(qtbot, program)
    view, (facts,) = program.controller.library.view, program.controller.library.model.stores()
    rows = summaries(program, in_worker, facts)
    counts = program.controller.facets.counts
    by_model = Counter(row.model or "" for row in rows)
    assert dict(counts.facets[Facet.MODEL]) == by_model
    assert dict(counts.facets[Facet.PROVIDER]) == Counter(row.provider or "" for row in rows)
    days = Counter(datetime.fromtimestamp(row.updated_at_ms / 1000).date().isoformat() for row in rows)
    assert dict(counts.facets[Facet.DAY]) == days
    assert sum(bar.session_count for bar in view.facets[Facet.DAY].bars.bars) == len(rows)
    labels = Counter(f"{key}={value}" for row in rows for key, value in row.labels)
    assert {value: count for value, count in counts.facets[Facet.LABEL] if value} == labels
    assert set(row_texts(view.facets[Facet.PROVIDER].model).values()) <= set(by_model.values()) | set(
        Counter(row.provider or "" for row in rows).values()
    )
    archived = sum(row.state is SessionState.ARCHIVED for row in rows)
    shown = row_texts(view.views.model())
    assert shown["All"] == len(rows)
    assert shown["Archived"] == archived
    assert shown["Pinned"] == 0


def test_2_2_a_kind_shows_all_its_stores_and_a_store_its_own_sessions(two_stores, qtbot) -> None:
    controller = two_stores.controller
    stores = controller.library.model.stores()
    controller.scopes.choose(StoreKind.MEERKAT)
    wait_for_list(qtbot, two_stores)
    assert controller.window.windowTitle() == "Meerkat – Burrow"
    assert listed_count(two_stores) == sum(facts.session_count for facts in stores)
    assert controller.library.current is None
    controller.scopes.choose(stores[1].key)
    wait_for_list(qtbot, two_stores)
    assert listed_count(two_stores) == stores[1].session_count
    assert controller.window.windowTitle() == f"{stores[1].name} – Burrow"


def test_2_2_each_saved_view_lists_as_many_sessions_of_all_stores_as_it_says(two_stores, qtbot) -> None:
    controller = two_stores.controller
    actions = controller.window.actions_of.by_id
    numbers = row_texts(controller.library.view.views.model())
    for name, view in VIEWS.items():
        actions[name].trigger()
        wait_for_list(qtbot, two_stores)
        assert controller.scopes.current.view is view
        assert listed_count(two_stores) == numbers[controller.scopes.current.name]
        assert {other for other in VIEWS if actions[other].isChecked()} == {name}
    assert numbers["All"] == sum(facts.session_count for facts in controller.library.model.stores())
    assert not controller.library.view.tree.selectionModel().hasSelection()
    controller.library.choose(controller.library.model.stores()[0].key)
    assert not any(actions[name].isChecked() for name in VIEWS)
    assert not controller.library.view.views.selectionModel().hasSelection()


def test_2_2_values_of_one_facet_are_joined_by_or_and_facets_by_and(two_stores, qtbot, in_worker) -> None:
    controller = two_stores.controller
    controller.scopes.choose(View.ALL)
    wait_for_list(qtbot, two_stores)
    rows = [row for facts in controller.library.model.stores() for row in summaries(two_stores, in_worker, facts)]
    models = [model for model, _count in Counter(row.model for row in rows if row.model).most_common(2)]
    provider = Counter(row.provider for row in rows if row.model == models[0]).most_common(1)[0][0]
    controller.library.view.facet_chosen.emit(Facet.MODEL, frozenset(models))
    wait_for_list(qtbot, two_stores)
    assert listed_count(two_stores) == sum(row.model in models for row in rows)
    controller.library.view.facet_chosen.emit(Facet.PROVIDER, frozenset({provider}))
    wait_for_list(qtbot, two_stores)
    both = [row for row in rows if row.model in models and row.provider == provider]
    assert listed_count(two_stores) == len(both)
    wait_for_counts(qtbot, two_stores)
    counts = controller.facets.counts
    # The values of a facet are counted within the choices of the others.
    assert dict(counts.facets[Facet.MODEL]) == Counter(row.model or "" for row in rows if row.provider == provider)
    assert controller.status._bar.left_text().startswith(f"{len(both)} of {counted(len(rows), 'session')}")


def test_2_2_clear_all_filters_shows_all_sessions_again(two_stores, qtbot) -> None:
    controller = two_stores.controller
    total = listed_count(two_stores)
    (value, *_) = controller.facets.counts.facets[Facet.MODEL]
    controller.scopes.set_choices({Choice(Facet.MODEL, value.value), Choice(Facet.LABEL, "no=such")})
    wait_for_list(qtbot, two_stores)
    assert listed_count(two_stores) == 0
    assert controller.library.view.facets[Facet.MODEL].head.clear_button.isVisibleTo(controller.window)
    controller.window.actions_of.by_id[ActionId.CLEAR_FILTERS].trigger()
    wait_for_list(qtbot, two_stores)
    assert controller.scopes.choices == frozenset()
    assert listed_count(two_stores) == total


def test_2_2_the_saved_view_that_was_shown_last_is_shown_at_the_next_start(qtbot, two_stores, build_program) -> None:
    two_stores.controller.scopes.choose(View.ARCHIVED)
    wait_for_list(qtbot, two_stores)
    settings = two_stores.context.settings.current
    assert settings.last_view == "archived"
    again = build_program(Options(), Settings(open_paths=settings.open_paths, last_view=settings.last_view))
    with qtbot.waitSignal(again.controller.settled, timeout=10_000):
        again.controller.start()
    qtbot.waitUntil(lambda: again.controller.scopes.current.view is View.ARCHIVED, timeout=5000)
    wait_for_list(qtbot, again)
    assert len(again.controller.scopes.current.stores) == 2


def test_2_2_a_kind_that_was_shown_last_is_shown_at_the_next_start(qtbot, two_stores, build_program) -> None:
    two_stores.controller.scopes.choose(StoreKind.MEERKAT)
    wait_for_list(qtbot, two_stores)
    settings = two_stores.context.settings.current
    again = build_program(Options(), Settings(open_paths=settings.open_paths, last_view=settings.last_view))
    with qtbot.waitSignal(again.controller.settled, timeout=10_000):
        again.controller.start()
    qtbot.waitUntil(lambda: again.controller.scopes.pick is StoreKind.MEERKAT, timeout=5000)
    wait_for_list(qtbot, again)
    assert len(again.controller.scopes.current.stores) == 2


def test_2_2_pinning_a_session_counts_it_at_once(two_stores, qtbot) -> None:
    controller = two_stores.controller
    qtbot.waitUntil(lambda: controller.sessions.chosen() is not None)
    controller.window.actions_of.by_id[ActionId.PIN].trigger()
    qtbot.waitUntil(lambda: row_texts(controller.library.view.views.model())["Pinned"] == 1, timeout=5000)
    controller.scopes.choose(View.PINNED)
    wait_for_list(qtbot, two_stores)
    assert listed_count(two_stores) == 1


def test_2_2_f5_in_a_saved_view_reads_all_its_stores_again(two_stores, qtbot) -> None:
    controller = two_stores.controller
    controller.scopes.choose(View.ALL)
    wait_for_list(qtbot, two_stores)
    with qtbot.waitSignal(controller.library.stores_changed, timeout=5000) as changed:
        controller.window.actions_of.by_id[ActionId.RELOAD].trigger()
    assert changed.args[0] == frozenset(controller.scopes.current.stores)
    wait_for_list(qtbot, two_stores)
    assert listed_count(two_stores) == sum(facts.session_count for facts in controller.library.model.stores())


def test_a_store_that_is_closed_leaves_the_view_and_gives_its_place_to_another(two_stores, qtbot) -> None:
    controller = two_stores.controller
    first, second = controller.library.model.stores()
    controller.scopes.choose(View.ALL)
    controller.library.remove((first.key,))
    wait_for_list(qtbot, two_stores)
    assert controller.scopes.current.stores == (second.key,)
    assert listed_count(two_stores) == second.session_count
    controller.scopes.choose(second.key)
    with qtbot.waitSignal(controller.scopes.emptied):
        controller.library.remove((second.key,))
    assert controller.scopes.current is None


def test_2_case_3_two_copies_of_one_realm_are_two_stores_and_marked(qtbot, show_program, copy_sample, tmp_path) -> None:
    realm = copy_sample(RKAT)
    shutil.copytree(realm, tmp_path / "backup")
    program = show_program(realm, tmp_path / "backup")
    wait_for_counts(qtbot, program)
    model = program.controller.library.model
    first, second = model.stores()
    qtbot.waitUntil(lambda: "Copy" in model.index_of(first.key).data(ACCESSIBLE_TEXT), timeout=5000)
    assert Badge.COPY.value in model.index_of(second.key).data(ACCESSIBLE_TEXT)
    assert second.key.path in model.index_of(first.key).data(TOOL_TIP)
    program.controller.scopes.choose(View.ALL)
    wait_for_list(qtbot, program)
    assert listed_count(program) == 2 * first.session_count


def test_2_case_2_the_last_state_of_a_store_that_is_gone_can_still_be_listed_and_filtered(
    show_program, copy_sample, qtbot
) -> None:
    realm = copy_sample("meerkat/realm-0.6.24-rkat")
    program = show_program(realm)
    controller = program.controller
    qtbot.waitUntil(lambda: not controller.catalogue.is_working, timeout=10_000)
    wait_for_list(qtbot, program)
    count = listed_count(program)
    transcript = controller.transcript
    qtbot.waitUntil(lambda: transcript.view.stage.outline is not None)
    shutil.rmtree(realm)
    controller.scopes.choose(View.ALL)
    wait_for_list(qtbot, program)
    assert listed_count(program) == count
    rows = [controller.sessions.model.row_at(line) for line in range(count)]
    assert all(row is not None and row.title for row in rows)
    qtbot.waitUntil(program.context.jobs.idle, timeout=10_000)
    assert not any(label.text() == "The transcript cannot be read" for label in visible_labels(controller.page.widget))
