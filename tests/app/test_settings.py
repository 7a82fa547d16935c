"""What is remembered comes back, is saved by jobs only, and a damaged file harms nothing (1.3)."""

from __future__ import annotations

import dataclasses
import json
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs import Jobs, Lane
from app.settings import (
    RECENT_AT_MOST,
    DamagedSettings,
    RecentPlace,
    Settings,
    SettingsStore,
    ThemeChoice,
    decode_settings,
    encode_settings,
    read_settings,
    with_recent,
    with_session,
    write_settings,
)
from store.errors import WouldBlock

FULL = Settings(
    theme=ThemeChoice.DARK,
    zoom_percent=125,
    window_x=-5,
    window_width_px=1400,
    is_page_shown=False,
    recent=(RecentPlace("/a/ö", "a", 1_700_000_000_000),),
    open_paths=("/a/ö",),
    last_store="/a/ö",
    last_sessions=(("/a/ö", "01a"),),
)


def test_1_3_settings_come_back_as_they_were_saved() -> None:
    assert decode_settings(encode_settings(FULL)) == FULL
    assert decode_settings("{}") == Settings()
    assert FULL.session_of("/a/ö") == "01a"
    assert FULL.session_of("/b") is None


def test_every_field_is_described() -> None:
    described = Settings.__doc__ or ""
    assert [f.name for f in dataclasses.fields(Settings) if f.name not in described] == []


def test_what_a_newer_version_saved_is_passed_over() -> None:
    stored = json.loads(encode_settings(FULL)) | {"from_the_future": {"a": 1}}
    assert decode_settings(json.dumps(stored)) == FULL


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "{", '{"theme": "pink"}', '{"zoom_percent": "100"}', '{"zoom_percent": true}',
        '{"is_maximised": 1}', '{"window_x": 99999999999}', '{"recent": [{}]}', '{"recent": 5}', '{"open_paths": [1]}',
        '{"last_sessions": [["a"]]}', '{"last_store": null}', "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_not_as_it_should_be_is_one_typed_error(text: str) -> None:
    with pytest.raises(DamagedSettings):
        decode_settings(text)


@given(st.text(max_size=200))
def test_no_text_does_worse_than_that(text: str) -> None:
    try:
        decode_settings(text)
    except DamagedSettings:
        return


def test_a_damaged_file_gives_defaults_and_is_kept_aside(tmp_path, in_worker) -> None:
    path = tmp_path / "settings.json"
    in_worker(lambda: path.write_bytes(b"\xff{"))
    assert in_worker(lambda: read_settings(path)) == Settings()
    assert [p.name for p in tmp_path.iterdir()] == ["settings.json.damaged"]


def test_the_file_is_written_whole_readable_by_its_owner_and_not_by_the_thread_that_draws(tmp_path, in_worker) -> None:
    path = tmp_path / "config" / "settings.json"
    in_worker(lambda: write_settings(path, FULL))
    assert in_worker(lambda: read_settings(path)) == FULL
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]
    with pytest.raises(WouldBlock):
        write_settings(path, FULL)


def test_recent_places_are_newest_first_each_once_and_few() -> None:
    settings = Settings()
    for number in (*range(RECENT_AT_MOST + 5), 7):
        place = RecentPlace(f"/{number}", "", number)
        settings = dataclasses.replace(settings, recent=with_recent(settings, place))
    assert len(settings.recent) == RECENT_AT_MOST
    assert [p.path for p in settings.recent[:3]] == ["/7", "/14", "/13"]


def test_each_store_has_one_last_session() -> None:
    pairs = with_session(Settings(last_sessions=(("/a", "1"), ("/b", "2"))), "/b", "3")
    assert pairs == (("/b", "3"), ("/a", "1"))


def test_1_3_a_change_is_saved_by_a_job_and_even_when_the_program_ends(qapp, tmp_path, in_worker) -> None:
    path, errors = tmp_path / "settings.json", []
    jobs = Jobs(errors.append)
    store = SettingsStore(path, Settings(), jobs)
    store.update(zoom_percent=150)
    store.update(theme=ThemeChoice.LIGHT)
    assert not path.exists()
    store.flush()
    assert jobs.shutdown()
    assert in_worker(lambda: read_settings(path)) == Settings(theme=ThemeChoice.LIGHT, zoom_percent=150)
    assert errors == []


def test_what_did_not_change_is_not_saved(qapp, tmp_path) -> None:
    jobs = Jobs(lambda error: None)
    store = SettingsStore(tmp_path / "settings.json", Settings(), jobs)
    store.update(zoom_percent=100)
    store.flush()
    assert jobs.idle(Lane.BACKGROUND)
    assert jobs.shutdown()
    assert list(tmp_path.iterdir()) == []
