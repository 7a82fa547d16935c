"""The developers' door says in one sentence what it cannot do, and what to do instead."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def dev(load_packaging: Callable[[str], ModuleType]) -> ModuleType:
    return load_packaging("dev")


def test_1_1_a_python_that_is_too_old_is_named_in_one_sentence(dev: ModuleType) -> None:
    sentence = dev.too_old((3, 9), "/usr/bin/python3")
    assert sentence == "Burrow needs Python 3.11 or newer, and /usr/bin/python3 is 3.9: start this with a newer one."


def test_1_1_every_python_from_3_11_on_will_do(dev: ModuleType) -> None:
    assert [dev.too_old(version, "python3") for version in ((3, 11), (3, 12), (3, 14), (4, 0))] == [None] * 4


def test_1_1_an_old_python_can_read_the_file_as_far_as_that_sentence(repo_root: Path) -> None:
    ast.parse((repo_root / "packaging" / "dev.py").read_text("utf-8"), feature_version=(3, 8))


def test_without_a_command_it_explains_itself_and_fails(dev: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main([]) == 2
    assert "run [ARGS]" in capsys.readouterr().out


def test_an_unknown_command_is_named(dev: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["tset"]) == 2
    assert "no command 'tset'" in capsys.readouterr().err


def test_every_command_is_explained(dev: ModuleType, load_packaging: Callable[[str], ModuleType]) -> None:
    missing = [name for name in load_packaging("dev_commands").COMMANDS if f"\n  {name} " not in dev.USAGE]
    assert missing == []


def test_1_1_it_needs_nothing_but_the_standard_library(repo_root: Path) -> None:
    own = {path.stem for path in (repo_root / "packaging").glob("*.py")}
    # Run by the plain Python; the others of the folder run in the environment that these make.
    files = ["dev", "dev_commands", "dev_display", "dev_environment", "dev_system"]
    for name in files:
        tree = ast.parse((repo_root / "packaging" / f"{name}.py").read_text("utf-8"))
        for node in ast.walk(tree):
            found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for module in found:
                assert module.split(".")[0] in sys.stdlib_module_names | own, f"{name} imports {module}"


def test_1_1_without_a_display_it_says_so_before_it_sets_anything_up(repo_root: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(repo_root / "packaging" / "dev.py"), "run"],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "no display" in done.stderr
    assert "xvfb-run" in done.stderr
    assert "run list" in done.stderr
