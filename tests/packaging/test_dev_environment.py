"""The environment is made once, and made anew when what decides its contents changes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def environment(load_packaging: Callable[[str], ModuleType]) -> ModuleType:
    return load_packaging("dev_environment")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The smallest project that can be installed: no packages to fetch, only its own."""
    root = tmp_path / "checkout"
    (root / "packaging").mkdir(parents=True)
    (root / "packaging" / "constraints.txt").write_text("")
    (root / "pyproject.toml").write_text("[project]\nname = 'tiny'\n")
    return root


def _stamp(environment: ModuleType, root: Path, level: object) -> None:
    python = environment.executable("python", root)
    python.parent.mkdir(parents=True, exist_ok=True)
    if not python.exists():
        python.symlink_to(sys.executable)
    (root / ".venv" / "burrow-stamp").write_text(f"{int(level)} {environment.fingerprint(root)}\n")  # type: ignore[call-overload]


def test_1_1_a_second_start_finds_the_stamp_and_runs_nothing(
    environment: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stamp(environment, checkout, environment.Level.RUN)
    monkeypatch.setattr(environment.subprocess, "run", None)
    assert environment.ensure(environment.Level.RUN, checkout) == environment.executable("python", checkout)


def test_1_1_what_was_installed_for_developing_is_enough_to_run(environment: ModuleType, checkout: Path) -> None:
    _stamp(environment, checkout, environment.Level.DEVELOP)
    assert environment.is_current(environment.Level.RUN, checkout)


def test_1_1_what_was_installed_to_run_is_not_enough_for_developing(environment: ModuleType, checkout: Path) -> None:
    _stamp(environment, checkout, environment.Level.RUN)
    assert not environment.is_current(environment.Level.DEVELOP, checkout)


@pytest.mark.parametrize("name", ["pyproject.toml", "packaging/constraints.txt"])
def test_1_1_another_version_in_either_file_installs_again(environment: ModuleType, checkout: Path, name: str) -> None:
    _stamp(environment, checkout, environment.Level.DEVELOP)
    (checkout / name).write_text("orjson==3.13.0\n")
    assert not environment.is_current(environment.Level.RUN, checkout)


def test_1_1_a_checkout_that_was_moved_installs_again(environment: ModuleType, checkout: Path, tmp_path: Path) -> None:
    _stamp(environment, checkout, environment.Level.DEVELOP)
    moved = checkout.rename(tmp_path / "elsewhere")
    assert not environment.is_current(environment.Level.RUN, moved)


@pytest.mark.parametrize("content", ["", "1", "one two", "1 2 3", "\x00"])
def test_1_1_a_stamp_that_cannot_be_read_counts_as_none(environment: ModuleType, checkout: Path, content: str) -> None:
    _stamp(environment, checkout, environment.Level.RUN)
    (checkout / ".venv" / "burrow-stamp").write_text(content)
    assert not environment.is_current(environment.Level.RUN, checkout)


def test_1_1_a_python_without_venv_needs_its_package_until_the_environment_is_there(
    environment: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else name)
    assert environment.missing_packages(checkout) == [environment.venv_package()]
    assert environment.venv_package().endswith("-venv")
    with pytest.raises(
        environment.SetupError, match="cannot make environments: install .*-venv, then start this again"
    ):
        environment.ensure(environment.Level.RUN, checkout)
    _stamp(environment, checkout, environment.Level.RUN)
    assert environment.missing_packages(checkout) == []


def test_1_1_an_environment_whose_python_is_gone_is_made_anew(
    environment: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stamp(environment, checkout, environment.Level.RUN)
    python = environment.executable("python", checkout)
    python.unlink()
    python.symlink_to(checkout / "no-such-python")
    left_over = checkout / ".venv" / "left-over"
    left_over.write_text("")
    run: list[list[str]] = []
    (checkout / ".venv" / "burrow-stamp").unlink()

    def make_again(command: list[str], *rest: object) -> None:
        run.append(command)
        (checkout / ".venv").mkdir(exist_ok=True)

    monkeypatch.setattr(environment, "_run", make_again)
    environment.ensure(environment.Level.RUN, checkout)
    assert not left_over.exists()
    assert [command[2] for command in run] == ["venv", "pip", "compileall"]


def test_1_1_a_failed_step_shows_its_output_and_names_the_command(
    environment: ModuleType, checkout: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(environment.SetupError, match="could not be installed: `.* -c .*` ended with code 3, see above"):
        environment._run(
            [sys.executable, "-c", "print('why'); raise SystemExit(3)"], checkout, "It could not be installed"
        )
    assert "why" in capfd.readouterr().err
