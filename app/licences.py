"""The licence texts of Burrow and of all that it is made of, wherever it runs from. No Qt; called in jobs.

A bundle has them in a folder beside the program, where its builder put them. Anywhere else they are gathered from where
they lie: our own resources, Python, and the packages that are installed with Burrow.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from dataclasses import dataclass
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path

from store.blocking import may_wait

LIMIT_BYTES = 400_000
"""The longest text that is read; the longest licence has a tenth of it."""

_WORDS = ("LICEN", "COPYING", "NOTICE", "AUTHORS")
_TEXT_OF_PACKAGE = re.compile(r"(.+?)-((?:LICEN|COPYING|NOTICE|AUTHORS).*)")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_TITLES = {
    "LICENSE": "Burrow (MIT)",
    "README": "What is under which licence",
    "LGPL-3.0": "Qt, PySide6 and Shiboken (LGPL 3)",
    "GPL-3.0": "GPL 3, on which LGPL builds",
    "inter": "Inter (OFL)",
    "jetbrains-mono": "JetBrains Mono (OFL)",
    "icons": "Lucide icons (ISC)",
    "python": "Python",
}
_OWN = ("README", "LICENSE", "LGPL-3.0", "GPL-3.0", "inter", "jetbrains-mono", "icons", "python")
"""The order in which they are offered; packages follow by their names."""


@dataclass(frozen=True, slots=True)
class Licence:
    """One text.

    Attributes:
        title: of what it is.
        text: as it was published.
    """

    title: str
    text: str


def read_licences() -> tuple[Licence, ...]:
    """All texts that can be found, our own first, then the packages by name. A text that is missing is left out."""
    may_wait("read the licences")
    bundle = Path(sys.executable).parent / "licences"
    found = _of_bundle(bundle) if getattr(sys, "frozen", False) else _of_environment()
    order = {stem: number for number, stem in enumerate(_OWN)}
    names = sorted(found, key=lambda name: (order.get(name, len(order)), name.lower()))
    return tuple(Licence(_title(name), found[name]) for name in names)


def _title(name: str) -> str:
    of_package = _TEXT_OF_PACKAGE.fullmatch(name)
    return f"{of_package[1]} ({of_package[2]})" if of_package else _TITLES.get(name, name)


def _of_bundle(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        return {}
    return {_stem(path.name): text for path in sorted(folder.iterdir()) if (text := _read(path))}


def _of_environment() -> dict[str, str]:
    own = resources.files("resources")
    places: dict[str, Traversable] = {_stem(one.name): one for one in own.joinpath("licences").iterdir()}
    places["inter"] = own.joinpath("fonts", "inter", "LICENSE.txt")
    places["jetbrains-mono"] = own.joinpath("fonts", "jetbrains-mono", "LICENSE.txt")
    places["icons"] = own.joinpath("icons", "LICENSE.txt")
    for path in licence_of_python():
        places["python"] = path
    for name in run_time_packages("burrow"):
        for path in texts_of(name):
            places[_stem(path.name) if name == "burrow" else f"{name}-{_stem(path.name)}"] = path
    if "LICENSE" not in places:
        # An installation for working on Burrow leaves its licence in the checkout.
        places["LICENSE"] = Path(str(own)).parent / "LICENSE"
    return {name: text for name, place in places.items() if (text := _read(place))}


def _stem(name: str) -> str:
    return name.removesuffix(".txt").removesuffix(".md")


def _read(place: Traversable) -> str:
    try:
        return place.read_bytes()[:LIMIT_BYTES].decode("utf-8", "replace") if place.is_file() else ""
    except OSError:
        return ""


def run_time_packages(name: str) -> list[str]:
    """A package and those that it needs at run time, as far as they are installed."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        one = waiting.pop()
        try:
            required = metadata.requires(one) or []
        except metadata.PackageNotFoundError:
            continue  # not needed on this system
        found.append(one)
        names = (_NAME.match(line) for line in required if "extra ==" not in line)
        waiting += [match[0] for match in names if match and match[0] not in (*found, *waiting)]
    return sorted(found)


def texts_of(name: str) -> list[Path]:
    """The licence files that an installed package brought along."""
    files = metadata.files(name) or []
    return [
        Path(str(one.locate()))
        for one in files
        if ".dist-info" in str(one) and any(word in one.name.upper() for word in _WORDS)
    ]


def licence_of_python() -> list[Path]:
    """The licence of this Python, where its maker or the system put it."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    places = [Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", Path("/usr/share/doc") / version / "copyright"]
    return [place for place in places if place.is_file()][:1]
