"""What the system lacks is found by loading it, and brought, or named with the exact command."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def dev_system(load_packaging: Callable[[str], ModuleType]) -> ModuleType:
    return load_packaging("dev_system")


@pytest.fixture
def only_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Make a search path that holds nothing but these programs, each of which notes how it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    notes = tmp_path / "notes.txt"

    def make(code: int = 0, *names: str) -> Path:
        for name in names:
            program = folder / name
            program.write_text(f'#!/bin/sh\necho "{name} $@" >> "{notes}"\nexit {code}\n')
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(folder))
        return notes

    return make


def test_1_1_a_library_is_there_if_it_can_be_loaded(dev_system: ModuleType) -> None:
    assert dev_system.can_load("libc.so.6")
    assert not dev_system.can_load("libburrow-is-not-a-library.so.9")


def test_1_1_the_packages_of_missing_libraries_are_named_in_order(dev_system: ModuleType) -> None:
    wanted = {"libc.so.6": "libc6", "libone.so.1": "libone1", "libtwo.so.2": "libtwo2"}
    assert dev_system.missing_packages(wanted, dev_system.can_load) == ["libone1", "libtwo2"]


def test_1_1_without_apt_the_sentence_names_the_packages(
    dev_system: ModuleType, only_programs: Callable[..., Path]
) -> None:
    only_programs()
    with pytest.raises(dev_system.SetupError) as caught:
        dev_system.provide(["libegl1", "libgl1"], "Qt needs system libraries that are missing here")
    assert str(caught.value) == (
        "Qt needs system libraries that are missing here: install what your system calls libegl1 libgl1, "
        "then start this again."
    )


def test_1_1_without_the_right_to_install_the_sentence_is_the_exact_command(
    dev_system: ModuleType, only_programs: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = only_programs(0, "apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(dev_system.SetupError) as caught:
        dev_system.provide(["libegl1"], "Qt needs system libraries that are missing here")
    assert str(caught.value) == (
        "Qt needs system libraries that are missing here: run "
        "`sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends libegl1'`, then start this again."
    )
    assert not notes.exists()


def test_1_1_as_root_apt_refreshes_its_lists_and_installs(
    dev_system: ModuleType, only_programs: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = only_programs(0, "apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    dev_system.provide(["libegl1", "libgl1"], "Qt needs system libraries that are missing here")
    assert notes.read_text().splitlines() == [
        "apt-get update -qq",
        "apt-get install -y -qq --no-install-recommends libegl1 libgl1",
    ]


def test_1_1_when_apt_fails_the_command_is_given_to_the_developer(
    dev_system: ModuleType, only_programs: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    only_programs(100, "apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(dev_system.SetupError, match="installing them failed: run `apt-get update && apt-get install"):
        dev_system.provide(["libegl1"], "Qt needs system libraries that are missing here")


def test_1_1_nothing_is_installed_where_nothing_is_missing(
    dev_system: ModuleType, only_programs: Callable[..., Path]
) -> None:
    notes = only_programs(0, "apt-get", "Xvfb", "openbox")
    dev_system.provide_programs(dev_system.PROGRAMS_VIRTUAL_DISPLAY, "Tests need programs")
    dev_system.provide([], "Nothing")
    assert dev_system.missing_libraries({"libc.so.6": "libc6"}) == []
    assert not notes.exists()


def test_1_1_a_window_needs_all_that_drawing_without_a_display_needs(dev_system: ModuleType) -> None:
    assert dev_system.LIBRARIES_OFFSCREEN.items() <= dev_system.LIBRARIES_WINDOW.items()
