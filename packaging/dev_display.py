"""Displays: whether there is one to show a window on, and a virtual one for tests, pictures and benchmarks."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import dev_system

START_LIMIT_S = 20.0

NO_DISPLAY = (
    "There is no display to show a window on: start `xvfb-run -a python3 packaging/dev.py run` for a virtual one, "
    "or read without a window with `python3 packaging/dev.py run list PATH` and `… run show PATH SESSION`."
)


def has_display(environment: Mapping[str, str]) -> bool:
    """Whether a window can be shown: a display is named, and if it is a local one, somebody answers there."""
    if sys.platform != "linux" or environment.get("QT_QPA_PLATFORM"):
        return True
    wayland = environment.get("WAYLAND_DISPLAY")
    if wayland and (Path(environment.get("XDG_RUNTIME_DIR", "/")) / wayland).exists():
        return True
    name = environment.get("DISPLAY", "")
    host, colon, number = name.rpartition(":")
    if not colon:
        return False
    return host not in {"", "unix"} or _answers(number.partition(".")[0])


def _answers(number: str) -> bool:
    path = f"/tmp/.X11-unix/X{number}"
    for address in (path, f"\0{path}"):
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(address)
            except OSError:
                continue
            return True
    return False


def missing_for_virtual_display() -> list[str]:
    """Packages that a virtual display needs and that are not installed."""
    return [
        *dev_system.missing_packages(dev_system.PROGRAMS_VIRTUAL_DISPLAY, dev_system.can_start),
        *dev_system.missing_packages(dev_system.LIBRARIES_WINDOW, dev_system.can_load),
    ]


@contextmanager
def virtual_display(size: str = "1920x1200") -> Iterator[str]:
    """Start an X server that nobody sees, with a window manager, and end both after the block.

    Yields:
        The value for DISPLAY.
    """
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[write_end],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    try:
        with os.fdopen(read_end) as answer:
            number = answer.readline().strip()
        if not number:
            raise RuntimeError("Xvfb ended before it had a display.")
        with _window_manager(f":{number}"):
            yield f":{number}"
    finally:
        _end(server)


@contextmanager
def _window_manager(display: str) -> Iterator[None]:
    folder = Path(tempfile.mkdtemp(prefix="burrow-openbox-"))
    ready = folder / "ready"
    manager = subprocess.Popen(
        ["openbox", "--sm-disable", "--startup", f"touch {ready}"],
        env=os.environ | {"DISPLAY": display, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + START_LIMIT_S
        while not ready.exists():
            if manager.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("openbox did not start.")
            time.sleep(0.01)
        yield
    finally:
        _end(manager)
        shutil.rmtree(folder, ignore_errors=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
