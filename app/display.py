"""Whether the display that the environment names answers. Local sockets only; no Qt: it would abort the process.

Only displays of this computer are tried, through their sockets. One that is reached over a network is taken at its
word, because Burrow opens no network connection to find out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from app.local_socket import new_local_socket

ANSWER_LIMIT_S = 0.5
"""A server that is there takes the connection at once; this only bounds one whose queue is full."""

_LOCAL = re.compile(r"(?:unix)?:([0-9]{1,5})(?:\.[0-9]+)?")
_CHECKED_PLATFORMS = frozenset({"", "xcb", "wayland"})


def dead_display(platform: str, environment: Mapping[str, str]) -> str:
    """A sentence when every display that is named is of this computer and none answers; else empty.

    Args:
        platform: as in `sys.platform`.
    """
    if not platform.startswith("linux") or environment.get("QT_QPA_PLATFORM", "") not in _CHECKED_PLATFORMS:
        return ""
    named: list[tuple[str, tuple[str, ...]]] = []
    if wayland := environment.get("WAYLAND_DISPLAY"):
        named.append((f"WAYLAND_DISPLAY={wayland}", (str(Path(environment.get("XDG_RUNTIME_DIR", "")) / wayland),)))
    if x11 := environment.get("DISPLAY"):
        local = _LOCAL.fullmatch(x11)
        if local is None:
            return ""
        place = f"/tmp/.X11-unix/X{local[1]}"
        named.append((f"DISPLAY={x11}", ("\0" + place, place)))
    if not named or any(_answers(address) for _name, addresses in named for address in addresses):
        return ""
    which = " and ".join(name for name, _addresses in named)
    return (
        f"The display does not answer ({which})."
        " Run it under a virtual one with `xvfb-run burrow`, or read without a window: `burrow list PATH`."
    )


def _answers(address: str) -> bool:
    """Whether somebody listens at a local socket; one that may not be asked counts as there."""
    with new_local_socket() as link:
        link.settimeout(ANSWER_LIMIT_S)
        try:
            link.connect(address)
        except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
            return False
        except (OSError, ValueError):
            return True
    return True
