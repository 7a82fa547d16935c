"""A display is there if somebody answers; a virtual one is started with a window manager and ended again."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from types import ModuleType

import pytest


@pytest.fixture
def display(load_packaging: Callable[[str], ModuleType]) -> ModuleType:
    return load_packaging("dev_display")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"DISPLAY": ""}, False),
        ({"DISPLAY": ":4095"}, False),
        ({"WAYLAND_DISPLAY": "wayland-burrow", "XDG_RUNTIME_DIR": "/nonexistent"}, False),
        ({"DISPLAY": "far.example:0"}, True),
        ({"QT_QPA_PLATFORM": "offscreen"}, True),
    ],
)
def test_1_1_a_display_counts_only_if_a_window_could_be_shown(
    display: ModuleType, environment: dict[str, str], expected: bool
) -> None:
    assert display.has_display(environment) is expected


@pytest.mark.xcb
def test_1_1_a_virtual_display_answers_and_has_a_window_manager(
    display: ModuleType, virtual_display: dict[str, str]
) -> None:
    assert display.has_display({"DISPLAY": virtual_display["DISPLAY"]})
    assert display.has_display({"DISPLAY": f"unix{virtual_display['DISPLAY']}.0"})


@pytest.mark.xcb
def test_a_virtual_display_is_gone_after_its_block(display: ModuleType, virtual_display: dict[str, str]) -> None:
    with display.virtual_display("640x480") as name:
        assert display.has_display({"DISPLAY": name})
        assert name != virtual_display["DISPLAY"]
    assert not display.has_display({"DISPLAY": name})


def test_a_virtual_display_that_cannot_start_says_so(display: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    start = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda command, **rest: start(["false"], **rest))
    with pytest.raises(RuntimeError, match="Xvfb ended before it had a display"), display.virtual_display():
        pass
