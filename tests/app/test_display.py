"""A display that is named and does not answer is a sentence, not the end of the process in the middle of Qt."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from app.display import dead_display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")


def test_a_local_display_without_a_server_is_named_in_a_sentence() -> None:
    sentence = dead_display("linux", {"DISPLAY": ":64999"})
    assert "DISPLAY=:64999" in sentence
    assert "xvfb-run" in sentence


def test_a_display_behind_a_network_is_taken_at_its_word() -> None:
    assert dead_display("linux", {"DISPLAY": "elsewhere.invalid:0"}) == ""


def test_whoever_chose_another_platform_needs_no_display() -> None:
    assert dead_display("linux", {"DISPLAY": ":64999", "QT_QPA_PLATFORM": "offscreen"}) == ""
    assert dead_display("darwin", {"DISPLAY": ":64999"}) == ""


def test_one_display_that_answers_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {"DISPLAY": ":64999", "WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": "."}
    assert "wayland-7" in dead_display("linux", environment)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind("wayland-7")
        server.listen()
        assert dead_display("linux", environment) == ""
