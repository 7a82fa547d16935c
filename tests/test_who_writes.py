"""Who may write: looking never does, and one path alone leads to a user's store (rules 2 and 3).

Read from the syntax trees of every module. The numbers are those of the README's rules.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house import (
    WRITING_CALLS,
    called,
    calls,
    imports,
    is_below,
    is_name,
    meerkat_imports,
    modules_in,
    text_of,
    trees,
)

WRITERS = {
    "store/opening/": "private copies of databases that are in use, and the folders in which they lie",
    "store/paths.py": "our own folders",
    "store/own/": "what a person notes, and the form of every durable file of ours",
    "store/catalogue/home.py": "the catalogue",
    "store/demo/": "the demo library",
    "store/meerkat/writer.py": "new realms of our own",
    "store/meerkat/copying/copying.py": "the new file that copies go to",
    "store/meerkat/reference/building_blocks.py": "the file of a program that keeps its sessions in Meerkat's way",
    "store/guarded/": "receipts with the images of before, and copies of whole stores",
    "store/meerkat/outside/writing.py": "a user's database, for the guarded path alone",
    "store/meerkat/outside/realm_files.py": "files of sessions beside it, for the guarded path alone",
}
"""The only places of the store side that write, and what each writes."""

USERS_STORES = ("store/meerkat/outside/writing.py", "store/meerkat/outside/realm_files.py")
"""Those of them that write what is not ours."""

WRITING_OF_OS = {
    "O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "remove", "replace", "link", "symlink", "utime",
}  # fmt: skip
"""What of `os` opens for writing or changes a folder, beside those."""

CHANGING_SQL = re.compile(r"^\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|VACUUM)\b")

SQL_WRITERS = (
    "store/catalogue/", "store/own/", "store/guarded/", "store/demo/", "store/meerkat/schema.py",
    "store/meerkat/writer.py", "store/meerkat/copying/copying.py", "store/meerkat/reference/building_blocks.py",
    "store/meerkat/reference/sqlite_store.py", "store/meerkat/outside/step.py",
)  # fmt: skip
"""Where statements that change a database stand; the last one has those for a user's store."""

STORE_MAKERS = ("store/demo/", "store/meerkat/copying/", "store/copying.py")
"""Whoever makes stores, or asks for one: nothing that only looks gets near it."""


# ------------------------------------------------------------------------------------ rule 2: looking never writes


def _writes(call: ast.Call) -> bool:
    name = called(call)
    if name in WRITING_CALLS:
        return True
    if name != "open" or not isinstance(call.func, ast.Name):
        return False
    mode = call.args[1] if len(call.args) > 1 else next((k.value for k in call.keywords if k.arg == "mode"), None)
    return isinstance(mode, ast.Constant) and bool(set("wax+") & set(str(mode.value)))


def _writes_by_os(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_name(node.value, "os") and node.attr in WRITING_OF_OS:
            yield f"{node.lineno}: os.{node.attr}"


def _writing_places() -> set[str]:
    """Modules of the store side in which a file is written, made, renamed or removed."""
    return {
        name
        for name, tree in modules_in("store/")
        if any(_writes(call) for call in calls(tree)) or any(_writes_by_os(tree))
        if name != "store/cli/running.py"  # standard output is put on /dev/null when its reader went away
    }


def _connecting_places() -> set[str]:
    return {
        name
        for name, tree in modules_in("store/", "app/")
        for call in calls(tree)
        if called(call) == "connect" and isinstance(call.func, ast.Attribute) and is_name(call.func.value, "sqlite3")
    }


def test_rule_2_only_the_named_places_write_and_each_of_them_does() -> None:
    places = _writing_places() | _connecting_places()
    assert {place for place in places if not place.startswith(tuple(WRITERS))} == set()
    assert {writer for writer in WRITERS if not any(place.startswith(writer) for place in places)} == set()


def test_rule_2_statements_that_change_a_database_stand_in_few_places() -> None:
    wrong = [
        f"{name}:{node.lineno}: {node.value[:40]!r}"
        for name, tree in modules_in("store/", "app/")
        if not name.startswith(SQL_WRITERS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHANGING_SQL.match(node.value)
    ]
    assert wrong == []


def test_rule_2_the_lock_free_file_layer_is_never_asked_for() -> None:
    assert [name for name in trees() if "unix-none" in text_of(name)] == []


# -------------------------------------------------------------------------------- rule 3: one path to a user's store


def _callers(*functions: str) -> set[str]:
    """Modules that call something of these names."""
    return {name for name, tree in modules_in("store/", "app/") for call in calls(tree) if called(call) in functions}


def test_rule_3_only_the_guarded_path_asks_to_write_to_a_store() -> None:
    assert _callers("changing") == {"store/guarded/guarded.py"}
    assert _callers("writing") == {"store/guarded/applying.py"}
    assert _callers("begin_undo") == {"store/guarded/guarded.py"}


def test_rule_3_what_writes_to_a_users_store_is_reached_through_its_changing_alone() -> None:
    knowing = {
        name
        for name, found in meerkat_imports("store/", "app/")
        if f"store/meerkat/{found.replace('.', '/')}.py" in USERS_STORES
    }
    assert {name for name in knowing if not name.startswith("store/meerkat/outside/")} == set()
    entries = {
        (name, found.split(".")[1])
        for name, found in meerkat_imports("store/")
        if is_below(found, "outside") and not name.startswith("store/meerkat/outside/")
    }
    assert entries == {("store/meerkat/store_file.py", "changing"), ("store/meerkat/session_detail.py", "family")}


def test_rule_3_whoever_writes_to_a_users_store_holds_its_gate() -> None:
    # A program that keeps its sessions through the reference holds it too: it may look at them with Burrow's means.
    holders = {name for name in _callers("writing_to") if name.startswith("store/meerkat/")}
    assert holders == {
        "store/meerkat/outside/writing.py",
        "store/meerkat/reference/building_blocks.py",
    }  # fmt: skip


def test_rule_3_the_guarded_path_knows_no_system() -> None:
    assert [found for _name, found in meerkat_imports("store/guarded/", "store/own/")] == []


def test_rule_3_what_a_change_is_knows_nothing_of_how_changes_are_kept() -> None:
    wrong = [
        f"{name}: {found}"
        for name, tree in modules_in("store/meerkat/", "store/changing.py", "store/closed.py")
        for found in imports(tree)
        if is_below(found, "store.guarded") or is_below(found, "store.own")
    ]
    assert wrong == []


def test_rule_3_the_reference_stands_on_the_format_alone() -> None:
    # What serves programs that keep sessions as Meerkat does knows neither Burrow's looking nor its changes.
    rooms = {found.split(".")[0] for _name, found in meerkat_imports("store/meerkat/reference/")}
    assert rooms == {"codec", "messages", "reference", "schema", "shapes"}
    others = {
        ".".join(found.split(".")[:3])
        for _name, tree in modules_in("store/meerkat/reference/")
        for found in imports(tree)
        if is_below(found, "store") and not is_below(found, "store.meerkat")
    }
    assert others <= {
        "store.blocking", "store.blocking.may_wait", "store.cancel", "store.cancel.CancelToken", "store.opening.gate",
    }  # fmt: skip


def test_rule_3_the_window_changes_stores_in_its_jobs_only() -> None:
    askers = {
        name
        for name, tree in modules_in("app/")
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and "guarded" in ast.unparse(call.func.value)
        if called(call) in {"apply", "undo", "clean_up"}
    }
    assert askers == {"app/controllers/change_jobs.py", "app/controllers/changes_jobs.py"}


def test_rule_3_only_who_makes_stores_reaches_what_writes_them() -> None:
    wrong = [
        f"{name}: {found}"
        for name, found in meerkat_imports("store/", "app/")
        if is_below(found, "writer") or is_below(found, "copying.copying")
        if not name.startswith(STORE_MAKERS)
    ]
    assert wrong == []


def test_rule_3_copies_are_asked_for_at_the_door_and_by_the_command_only() -> None:
    askers = {name for name, tree in modules_in("store/", "app/") if "store.copying" in set(imports(tree))}
    assert askers == {"store/__init__.py", "store/cli/copy_command.py"}
