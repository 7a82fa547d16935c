"""Sockets between programs of this computer: the only kind that Burrow can open, and the only place that opens them.

Everything else takes them from here, so that a test of this file shows that no network can be reached.
"""

from __future__ import annotations

import socket
import sys

LocalSocket = socket.socket
"""A socket of this computer; to be made by `new_local_socket` only."""


def has_local_sockets() -> bool:
    """Whether Python can open such sockets on this system."""
    return sys.platform != "win32" and hasattr(socket, "AF_UNIX")


def new_local_socket() -> LocalSocket:
    """A socket that is neither bound nor connected yet."""
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)


def user_of_peer(link: LocalSocket) -> int | None:
    """Id of the user whose program is at the other end; None where the system does not tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    credentials = link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(credentials[4:8], sys.byteorder)
