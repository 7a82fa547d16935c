"""Each command sets up only what it needs, and hands its arguments on as they are."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest


@pytest.fixture
def commands(load_packaging: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The commands, with nothing installed and nothing started; what would be started is noted in `started`."""
    module = load_packaging("dev_commands")
    started: list[list[str]] = []
    monkeypatch.setattr(module, "ensure", lambda level: module.executable("python"))
    monkeypatch.setattr(module.dev_system, "provide", lambda packages, why: None)
    monkeypatch.setattr(module.dev_display, "has_display", lambda environment: True)
    monkeypatch.setattr(module, "become", lambda command: started.append(command) or 0)
    monkeypatch.setattr(module, "call", lambda command, more=None: started.append(command) or 0)
    monkeypatch.setattr(module, "started", started, raising=False)
    return module


def test_1_1_run_alone_opens_the_demo_library(commands: ModuleType) -> None:
    assert commands.run([]) == 0
    assert commands.started == [[str(commands.executable("burrow")), "--demo"]]


def test_1_1_run_hands_its_arguments_on(commands: ModuleType) -> None:
    commands.run(["some store.sqlite3", "--session", "01a0"])
    assert commands.started[0][1:] == ["some store.sqlite3", "--session", "01a0"]


@pytest.mark.parametrize(
    ("arguments", "window"),
    [
        (["--demo"], True),
        (["list.sqlite3"], True),
        (["--data-dir", "list"], True),
        (["list", "store"], False),
        (["--data-dir", "own", "show", "store", "01a0"], False),
        (["--version"], False),
        (["--demo", "--screenshot", "out.png"], False),
        (["--demo", "--screenshot=out.png"], False),
    ],
)
def test_1_1_only_a_window_needs_a_display(commands: ModuleType, arguments: list[str], window: bool) -> None:
    assert commands.shows_window(arguments) is window


def test_1_1_everything_that_the_system_lacks_is_brought_in_one_step(
    commands: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(commands.dev_system, "can_load", lambda library: library != "libEGL.so.1")
    monkeypatch.setattr(commands.dev_environment, "missing_packages", lambda: ["python3-venv"])
    monkeypatch.setattr(commands.dev_system, "provide", lambda packages, why: asked.append(packages))
    commands.run(["--demo"])
    commands.run(["list", "store"])
    assert asked == [["libegl1", "python3-venv"], ["python3-venv"]]


def test_1_9_a_picture_needs_qt_but_no_display(commands: ModuleType) -> None:
    assert commands.needs_qt(["--demo", "--screenshot", "out.png"])
    assert not commands.needs_qt(["list", "store"])


def test_the_default_run_of_tests_hands_its_arguments_to_pytest(commands: ModuleType) -> None:
    commands.test(["tests/store", "-x"])
    assert commands.started[0][1:] == ["-m", "pytest", "tests/store", "-x"]


def test_the_slow_run_chooses_the_slow_tests(commands: ModuleType) -> None:
    commands.test(["-x", "--slow"])
    assert commands.started[0][1:] == ["-m", "pytest", "-m", "slow", "-x"]


def test_tests_still_run_where_the_virtual_display_cannot_be_installed(
    commands: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(wanted: dict[str, str], why: str) -> None:
        raise commands.SetupError(f"{why}: run `sudo …`.")

    monkeypatch.setattr(commands.dev_system, "provide_programs", refuse)
    assert commands.test([]) == 0
    assert "Until then those tests are skipped." in capsys.readouterr().err


def test_B8_check_lints_formats_and_types_even_if_one_finds_something(
    commands: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "call", lambda command, more=None: commands.started.append(command) or 1)
    assert commands.check([]) == 1
    assert [command[2:] for command in commands.started] == [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
    ]


def test_a_command_without_arguments_refuses_them(commands: ModuleType) -> None:
    with pytest.raises(commands.SetupError, match="`dev.py check` takes no arguments"):
        commands.check(["--fix"])
