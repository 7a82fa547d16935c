"""The house as its syntax trees: every module of the program, what it imports, calls and waits for.

Read by tests/test_architecture.py. Functions are told apart by the module they stand in; a method is known by its name
alone, since a syntax tree does not say of which class an object is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

WAITING_CALLS = {
    "open", "blobopen", "execute", "executemany", "executescript", "read_bytes", "read_text", "raw_decode",
    "iterdir", "scandir", "listdir", "glob", "rglob", "pread", "readinto", "flock",
}  # fmt: skip
"""Calls that open, read, run SQL or decode, by the name of the function."""

WRITING_CALLS = {
    "write_bytes", "write_text", "unlink", "rename", "mkdir", "makedirs", "rmtree", "rmdir", "touch", "chmod",
    "symlink_to", "hardlink_to", "truncate", "ftruncate", "copy2", "copyfile", "copytree", "move",
}  # fmt: skip
"""Calls that change a file or folder, by the name of the function."""

METHODS_OF_CONTAINERS = {name for kind in (list, dict, set, str, bytes) for name in dir(kind)}
"""Called everywhere on built-in containers, so they mean a method of ours in its own module only."""

WAITING_OF_MODULES = {("sqlite3", "connect"), ("json", "loads"), ("orjson", "loads"), ("tomllib", "loads")}

Key = tuple[str, str]
"""A function: path of its module, and its name, with the class for methods (`Looking.read`)."""


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the program, by its path from the root with slashes."""
    files = sorted(path for room in ("app", "store", "resources") for path in (ROOT / room).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"), str(path)) for path in files}


def modules_in(*beginnings: str) -> Iterator[tuple[str, ast.Module]]:
    """Modules whose path begins with one of these."""
    return ((name, tree) for name, tree in trees().items() if name.startswith(beginnings))


def text_of(name: str) -> str:
    """The source of a module."""
    return (ROOT / name).read_text("utf-8")


@cache
def imports(tree: ast.Module) -> tuple[str, ...]:
    """Dotted names of all that a module imports, also inside functions and for types only."""
    return tuple(_imports(tree))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def meerkat_imports(*beginnings: str) -> Iterator[tuple[str, str]]:
    """Modules below these places, and what each imports of Meerkat, without `store.meerkat.`."""
    prefix = "store.meerkat."
    for name, tree in modules_in(*beginnings):
        yield from ((name, found.removeprefix(prefix)) for found in imports(tree) if found.startswith(prefix))


def called(node: ast.Call) -> str:
    """The last name of what is called: `connect` of `sqlite3.connect(…)`."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@cache
def calls(tree: ast.AST) -> tuple[ast.Call, ...]:
    """All calls below a node."""
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Call))


def is_name(node: ast.expr, *names: str) -> bool:
    """Whether an expression is one of these plain names."""
    return isinstance(node, ast.Name) and node.id in names


def is_below(name: str, module: str) -> bool:
    """Whether a dotted name is a module or something in it."""
    return name == module or name.startswith(f"{module}.")


def module_names(tree: ast.Module) -> Iterator[str]:
    """Names that a module gives to values at its top."""
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        yield from (target.id for target in targets if isinstance(target, ast.Name))


# ----------------------------------------------------------------------------------------------- who calls what waits


@dataclass
class Graph:
    """Functions of the store side and who uses them.

    Attributes:
        functions: every function and method, and every constant, since a table of functions uses them too.
        users: by function, the functions in which it is used.
    """

    functions: dict[Key, ast.FunctionDef | ast.Assign | ast.AnnAssign] = field(default_factory=dict)
    users: dict[Key, set[Key]] = field(default_factory=dict)

    def unguarded(self, without_a_window: tuple[str, ...]) -> set[Key]:
        """Functions that can be reached without passing a `may_wait`.

        That is what nobody of the store side uses and what does not say so itself, and on from there all that is used.
        Modules in `without_a_window` may wait.
        """
        guards = {
            key for key, function in self.functions.items() if says_so(function) or key[0].startswith(without_a_window)
        }
        uses: dict[Key, set[Key]] = {}
        for used, users in self.users.items():
            for user in users:
                uses.setdefault(user, set()).add(used)
        waiting = [key for key in self.functions if key not in guards and not self.users.get(key, set()) - {key}]
        found: set[Key] = set()
        while waiting:
            key = waiting.pop()
            if key not in found and key not in guards:
                found.add(key)
                waiting.extend(uses.get(key, ()))
        return found


def waits(function: ast.AST) -> bool:
    """Whether a function itself opens, reads, runs SQL or decodes."""
    return any(
        called(call) in WAITING_CALLS
        or (
            isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and (call.func.value.id, call.func.attr) in WAITING_OF_MODULES
        )
        for call in calls(function)
    )


def says_so(function: ast.AST) -> bool:
    """Whether a function refuses to work on a thread that must not wait."""
    return any(called(call) == "may_wait" for call in calls(function))


@cache
def store_graph() -> Graph:
    """The graph of the store side."""
    graph = Graph()
    methods: dict[str, set[Key]] = {}
    for name, tree in modules_in("store/"):
        for key, function in _functions_of(name, tree):
            graph.functions[key] = function
            if isinstance(function, ast.FunctionDef):
                methods.setdefault(function.name, set()).add(key)
    for name, tree in modules_in("store/"):
        known = _names_of(name, tree)
        for key, function in _functions_of(name, tree):
            for used in _used_by(key, function, known, methods):
                if used in graph.functions:
                    graph.users.setdefault(used, set()).add(key)
    return graph


def _functions_of(name: str, tree: ast.Module) -> Iterator[tuple[Key, ast.FunctionDef | ast.Assign | ast.AnnAssign]]:
    """Functions, methods and constants of a module; what is nested belongs to the function around it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield (name, node.name), node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (((name, target.id), node) for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.ClassDef):
            yield from (
                (_method_key(name, node.name, one), one) for one in node.body if isinstance(one, ast.FunctionDef)
            )


def _method_key(name: str, owner: str, method: ast.FunctionDef) -> Key:
    return name, f"{owner}.{method.name}"


def _names_of(name: str, tree: ast.Module) -> dict[str, Key]:
    """What a plain name means in a module: a function or class of its own, or an imported one."""
    known = {node.name: (name, node.name) for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    known |= {variable: (name, variable) for variable in module_names(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and is_below(node.module or "", "store"):
            path = (node.module or "").replace(".", "/")
            file = f"{path}.py" if f"{path}.py" in trees() else f"{path}/__init__.py"
            known |= {alias.asname or alias.name: _origin(file, alias.name) for alias in node.names}
    return known


def _origin(file: str, name: str) -> Key:
    """Where a name is made that a package's door only hands on."""
    for node in trees()[file].body if file in trees() else []:
        if isinstance(node, ast.ImportFrom) and any((alias.asname or alias.name) == name for alias in node.names):
            path = (node.module or "").replace(".", "/")
            return _origin(f"{path}.py" if f"{path}.py" in trees() else f"{path}/__init__.py", name)
    return file, name


def _used_by(owner: Key, function: ast.AST, known: dict[str, Key], methods: dict[str, set[Key]]) -> Iterator[Key]:
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in known:
            module, name = known[node.id]
            yield module, name
            # To name a class may be to make one.
            yield from ((module, f"{name}.{made}") for made in ("__init__", "__enter__", "__exit__", "__post_init__"))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
            # A function of a module that was imported as a whole.
            module = known[node.value.id][0]
            yield from ((path, node.attr) for path in (module, module.replace("__init__.py", f"{node.value.id}.py")))
        elif isinstance(node, ast.Attribute) and is_name(node.value, "self"):
            # Called, or handed on to be called.
            yield owner[0], f"{owner[1].partition('.')[0]}.{node.attr}"
        elif isinstance(node, ast.Call):
            is_common = called(node) in METHODS_OF_CONTAINERS
            found = (key for key in methods.get(called(node), ()) if "." in key[1])
            yield from (key for key in found if not is_common or key[0] == owner[0])
