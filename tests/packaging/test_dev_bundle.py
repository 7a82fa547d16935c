"""The bundle runs where no Python is installed, draws the demo library, and carries every licence."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtGui import QImage

LICENCES = {"LICENSE", "LGPL-3.0.txt", "GPL-3.0.txt", "inter.txt", "jetbrains-mono.txt", "icons.txt", "python.txt"}


@pytest.fixture(scope="session")
def bundle_module(load_packaging: Callable[[str], ModuleType]) -> ModuleType:
    return load_packaging("dev_bundle")


@pytest.fixture(scope="session")
def bundle(bundle_module: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of a bundle that was built for this run."""
    folder = tmp_path_factory.mktemp("bundle")
    program: Path = bundle_module.build(folder / "dist", folder / "work")
    return program


def bare_environment(home: Path) -> dict[str, str]:
    """What a program gets that is started on a machine without Python and without a display."""
    return {"PATH": "/nonexistent", "HOME": str(home), "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}


def colours_of(picture: Path) -> set[int]:
    """The different colours of a picture, looked at every third pixel."""
    image = QImage(str(picture))
    return {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}


def test_B7_all_licences_of_what_is_bundled_are_gathered(bundle_module: ModuleType, tmp_path: Path) -> None:
    bundle_module.gather_licences(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names >= LICENCES
    for package in ("pydantic", "pydantic_core", "pydantic-core", "orjson", "platformdirs", "Pygments"):
        if package in bundle_module.run_time_packages("burrow"):
            assert any(name.startswith(f"{package}-") for name in names), package


def test_B7_the_packages_that_are_needed_at_run_time_are_found_without_the_tools(bundle_module: ModuleType) -> None:
    found = {name.lower().replace("_", "-") for name in bundle_module.run_time_packages("burrow")}
    assert found >= {
        "pyside6-essentials",
        "shiboken6",
        "pydantic",
        "pydantic-core",
        "orjson",
        "platformdirs",
        "pygments",
    }
    assert found.isdisjoint({"pytest", "ruff", "mypy", "pyinstaller", "hypothesis"})


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_B7_the_bundle_draws_the_demo_library(bundle: Path, tmp_path: Path, theme: str) -> None:
    picture = tmp_path / "window.png"
    command = [str(bundle), "--data-dir", str(tmp_path / "own"), "--demo", "--theme", theme]
    done = subprocess.run(
        [*command, "--size", "1280x800", "--screenshot", str(picture)],
        env=bare_environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1280, 800)
    # A window with text, icons and tinted cards has hundreds of blended colours; an empty one has a few.
    assert len(colours_of(picture)) > 200
    corner = image.pixelColor(2, 2).lightness()
    assert corner > 200 if theme == "light" else corner < 80


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_B7_the_bundle_is_the_command_line_too(bundle: Path, tmp_path: Path) -> None:
    run = [str(bundle), "--data-dir", str(tmp_path / "own")]
    done = subprocess.run(
        [*run, "--version"], env=bare_environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert "0.1.0" in done.stdout
    missing = subprocess.run(
        [*run, "list", str(tmp_path / "nothing")], env=bare_environment(tmp_path), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert missing.returncode == 2


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_B7_the_bundle_holds_no_tool_and_no_python_of_ours(bundle: Path) -> None:
    names = {path.name.lower() for path in bundle.parent.rglob("*")}
    assert not {name for name in names if name.startswith(("pytest", "mypy", "ruff", "hypothesis", "pyinstaller"))}
    assert os.access(bundle, os.X_OK)
    assert {path.name for path in (bundle.parent / "licences").iterdir()} >= LICENCES
