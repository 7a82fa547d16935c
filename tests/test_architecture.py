"""The house keeps its rules: who may import whom, who may wait, and that nothing is global (B6).

Read from the syntax trees of every module, and once at run time. The numbers are those of the README's rules; who may
write, rules 2 and 3, stands in tests/test_who_writes.py.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import (
    ROOT,
    WAITING_CALLS,
    WRITING_CALLS,
    called,
    calls,
    imports,
    is_below,
    is_name,
    meerkat_imports,
    module_names,
    modules_in,
    store_graph,
    text_of,
    trees,
    waits,
)

HEX_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6})\b")
MAX_FILE_LINES = 500
MAX_FRAME_LINES = 300

NETWORK = {"asyncio", "ftplib", "http", "httpx", "requests", "smtplib", "socket", "socketserver", "ssl", "urllib3"}
NETWORK_DOTTED = {"urllib.request", "PySide6.QtNetwork"}
LOCAL_SOCKETS = "app/local_socket.py"

WITHOUT_A_WINDOW = ("store/cli/", "store/__main__.py")
"""The command line: its main thread draws nothing, so it may wait."""


# ------------------------------------------------------------------------------------------ rule 1: who knows whom


def test_rule_1_the_store_side_imports_neither_qt_nor_the_window() -> None:
    wrong = [
        f"{name}: {found}"
        for name, tree in modules_in("store/")
        for found in imports(tree)
        if any(is_below(found, module) for module in ("PySide6", "shiboken6", "app", "resources"))
    ]
    assert wrong == []


def test_rule_1_at_run_time_the_whole_store_side_loads_without_qt() -> None:
    program = (
        "import importlib, pkgutil, sys, store\n"
        "for found in pkgutil.walk_packages(store.__path__, 'store.'):\n"
        "    if not found.name.endswith('__main__'):\n"
        "        importlib.import_module(found.name)\n"
        "print([name for name in sys.modules if name.split('.')[0] in {'PySide6', 'shiboken6', 'app'}])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_rule_1_views_models_and_wording_know_only_the_values_of_the_store_side() -> None:
    wrong = [
        f"{name}: {found}"
        for name, tree in modules_in("app/views/", "app/models/", "app/present/")
        for found in imports(tree)
        if is_below(found, "store") and not is_below(found, "store.values")
    ]
    assert wrong == []


def test_rule_1_the_window_enters_the_store_side_by_its_door() -> None:
    # The values, errors and tokens that answers are made of, the protocol's name for types, and the command line.
    doors = ("store.values", "store.errors", "store.cancel", "store.blocking", "store.backend", "store.cli")
    wrong = [
        f"{name}: {node.module}"
        for name, tree in modules_in("app/")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and is_below(node.module or "", "store")
        and node.module != "store"
        and not any(is_below(node.module or "", door) for door in doors)
    ]
    assert wrong == []


def test_rule_1_wording_knows_no_widgets() -> None:
    wrong = [
        f"{name}: {found}"
        for name, tree in modules_in("app/present/")
        for found in imports(tree)
        if "QtWidgets" in found
    ]
    assert wrong == []


def test_rule_1_the_window_names_no_system() -> None:
    wrong = [
        f"{name}: {found}"
        for name, tree in modules_in("app/")
        for found in imports(tree)
        if re.search(r"meerkat|zeroclaw|zero\b", found)
    ]
    assert wrong == []


# --------------------------------------------------------------------------------- rule 1 inside the store side

SYSTEM_NAMED = ("store/systems.py", "store/copying.py", "store/demo/", "store/meerkat/")
"""Where a system may be named: the list of systems, the door to its copies, and what makes the demo library."""

FOUNDATIONS = {
    "store/meerkat/codec/": ("codec",),
    "store/meerkat/shapes/": ("codec", "shapes"),
    "store/meerkat/messages/": ("codec", "messages"),
}
"""Rooms of Meerkat on which all others stand, and the rooms that they may know."""


def test_rule_1_the_store_side_names_a_system_in_one_place() -> None:
    wrong = [name for name, _found in meerkat_imports("store/") if not name.startswith(SYSTEM_NAMED)]
    assert wrong == []


def test_rule_1_the_foundations_of_a_system_know_nothing_that_stands_on_them() -> None:
    wrong = [
        f"{name}: {found}"
        for place, known in FOUNDATIONS.items()
        for name, found in meerkat_imports(place)
        if found.split(".")[0] not in known
    ]
    assert wrong == []


def test_rule_1_what_calls_itself_pure_knows_no_database_and_no_files() -> None:
    wrong = [
        f"{name}: {found}"
        for name, tree in modules_in("store/")
        if re.search(r"\bPure\b", ast.get_docstring(tree) or "")
        for found in imports(tree)
        if found.split(".")[0] in {"sqlite3", "os", "io", "shutil"}
    ]
    assert wrong == []


def test_rule_1_findings_know_no_proofs_and_nothing_that_is_shown_knows_either() -> None:
    findings = [
        f"{name}: {found}" for name, found in meerkat_imports("store/meerkat/findings/") if is_below(found, "checks")
    ]
    shown = [
        f"{name}: {found}"
        for name, found in meerkat_imports("store/meerkat/codec/", "store/meerkat/messages/", "store/meerkat/heads/")
        if is_below(found, "checks") or is_below(found, "findings")
    ]
    assert (findings, shown) == ([], [])


# ----------------------------------------------------------------------------------- rule 5: the thread that draws


def test_rule_5_whatever_opens_runs_sql_or_decodes_says_that_it_may_wait() -> None:
    graph = store_graph()
    wrong = [f"{key[0]}: {key[1]}" for key in graph.unguarded(WITHOUT_A_WINDOW) if waits(graph.functions[key])]
    assert sorted(wrong) == []


def test_rule_5_views_models_and_wording_open_nothing() -> None:
    forbidden = WAITING_CALLS - {"open", "execute"} | WRITING_CALLS - {"move", "truncate", "touch"}
    wrong = [
        f"{name}:{call.lineno}: {called(call)}"
        for name, tree in modules_in("app/views/", "app/models/", "app/present/", "app/controllers/")
        for call in calls(tree)
        if called(call) in forbidden or (called(call) == "open" and isinstance(call.func, ast.Name))
    ]
    assert wrong == []


def test_rule_5_nobody_pumps_the_event_loop_or_puts_a_proxy_over_rows() -> None:
    wrong = [
        name
        for name, _tree in modules_in("app/")
        if re.search(r"\bprocessEvents\(|QSortFilterProxyModel", text_of(name))
    ]
    assert wrong == []


# ----------------------------------------------------------------------------------------- rule 10: nothing global

STATE_ALLOWED = {
    ("store/blocking.py", "_mark"),
    ("store/meerkat/codec/strict_json.py", "scan"),
    ("store/opening/gate.py", "_gate"),
}
"""A mark per thread, for tests and benchmarks; it shares nothing. A function under a shorter name. What guards POSIX
locks, which belong to the process as a whole.
"""

CHANGING_METHODS = {"append", "add", "update", "pop", "clear", "extend", "insert", "remove", "setdefault", "discard"}


def test_rule_10_modules_hold_constants_and_types_only() -> None:
    wrong = [
        f"{name}: {variable}"
        for name, tree in modules_in("app/", "store/")
        for variable in module_names(tree)
        if not variable.startswith("__")
        and not variable.lstrip("_")[:1].isupper()
        and (name, variable) not in STATE_ALLOWED
    ]
    assert wrong == []


def test_rule_10_no_function_changes_what_belongs_to_a_module() -> None:
    wrong = [f"{name}:{line}" for name, tree in modules_in("app/", "store/") for line in _changes_ofmodule_names(tree)]
    assert wrong == []


def _changes_ofmodule_names(tree: ast.Module) -> Iterator[int]:
    names = set(module_names(tree))
    for node in ast.walk(tree):
        is_put = isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load) and is_name(node.value, *names)
        if isinstance(node, ast.Global) or is_put or (isinstance(node, ast.Call) and _changes_one_of(node, names)):
            yield node.lineno


def _changes_one_of(call: ast.Call, names: set[str]) -> bool:
    function = call.func
    return isinstance(function, ast.Attribute) and function.attr in CHANGING_METHODS and is_name(function.value, *names)


def test_rule_10_nobody_asks_for_the_application_object() -> None:
    allowed = ("app/bootstrap.py", "app/__main__.py")
    wrong = [
        f"{name}:{call.lineno}"
        for name, tree in modules_in("app/", "store/")
        if name not in allowed
        for call in calls(tree)
        if called(call) == "instance" and isinstance(call.func, ast.Attribute) and not call.args
    ]
    assert wrong == []


def test_rule_10_the_main_window_is_a_frame() -> None:
    assert _lines(ROOT / "app" / "views" / "main_window.py") <= MAX_FRAME_LINES


# ------------------------------------------------------------------------------------------------ the house itself


def _lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def _own_files(*rooms: str) -> list[Path]:
    return [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


def test_no_file_is_two_things() -> None:
    files = _own_files("app", "store", "tests", "packaging", "resources")
    assert [path.relative_to(ROOT).as_posix() for path in files if _lines(path) > MAX_FILE_LINES] == []


def test_tests_and_packaging_are_not_packages() -> None:
    assert [path for path in _own_files("tests", "packaging") if path.name == "__init__.py"] == []


def test_every_test_stands_in_the_room_that_it_tests() -> None:
    wrong = [
        path.relative_to(ROOT).as_posix()
        for room in ("app", "store", "packaging")
        for path in sorted((ROOT / "tests" / room).rglob("test_*.py"))
        if not (ROOT / path.relative_to(ROOT / "tests")).parent.is_dir()
    ]
    assert wrong == []


@pytest.mark.parametrize("room", ["app", "store", "packaging"])
def test_most_tests_carry_the_name_of_what_they_test(room: str) -> None:
    # Not all: what several modules do together has a test of its own name.
    files = [path.relative_to(ROOT / "tests") for path in sorted((ROOT / "tests" / room).rglob("test_*.py"))]
    named = [path for path in files if _has_counterpart(path)]
    assert len(named) >= len(files) / 2


def _has_counterpart(test: Path) -> bool:
    """Whether there is a module or folder of the test's name in its room."""
    name = test.stem.removeprefix("test_")
    there = {path.stem.strip("_") for path in (ROOT / test.parent).glob("*")}
    # `test_rows_hostile` belongs to `rows`: one thing may need more than one file of tests.
    return any(name == one or name.startswith(f"{one}_") for one in there)


def test_nothing_in_the_program_can_reach_a_network() -> None:
    wrong = [
        f"{name}: {found}"
        for name, tree in modules_in("app/", "store/")
        for found in imports(tree)
        if name != LOCAL_SOCKETS or found != "socket"
        if found.split(".")[0] in NETWORK or any(is_below(found, module) for module in NETWORK_DOTTED)
    ]
    assert wrong == []


def test_the_only_sockets_are_those_between_programs_of_this_computer() -> None:
    ((_name, tree),) = modules_in(LOCAL_SOCKETS)
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "socket"
    }
    assert used == {"socket", "AF_UNIX", "SOCK_STREAM", "SOL_SOCKET", "SO_PEERCRED"}
    families = [call.args[:1] for call in calls(tree) if called(call) == "socket"]
    assert [ast.unparse(*family) for family in families] == ["socket.AF_UNIX"]


def test_colours_are_written_in_the_tokens_only() -> None:
    wrong = [
        f"{name}:{node.lineno}: {node.value[:40]!r}"
        for name, tree in modules_in("app/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and HEX_COLOUR.search(node.value)
    ]
    wrong += [
        f"{name}:{call.lineno}: QColor of numbers"
        for name, tree in modules_in("app/")
        for call in calls(tree)
        if called(call) == "QColor" and len(call.args) >= 3
    ]
    assert wrong == []


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "NotImplementedError"])
def test_nothing_is_left_half_done(word: str) -> None:
    assert [name for name in trees() if re.search(rf"\b{word}\b", text_of(name))] == []
