"""The licence texts are there to read wherever the program runs from (2.11)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.licences import read_licences


def test_2_11_a_checkout_has_every_text_and_says_what_is_under_which(in_worker) -> None:
    texts = {licence.title: licence.text for licence in in_worker(read_licences)}
    assert "Lesser General Public" in texts["What is under which licence"].replace("\n", " ")
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in texts["Qt, PySide6 and Shiboken (LGPL 3)"]
    assert "MIT License" in texts["Burrow (MIT)"]
    for name in ("GPL 3, on which LGPL builds", "Inter (OFL)", "JetBrains Mono (OFL)", "Lucide icons (ISC)"):
        assert len(texts[name]) > 1000
    assert any(title.startswith("orjson") for title in texts)
    assert next(iter(texts)) == "What is under which licence"


def test_2_11_a_bundle_reads_the_folder_beside_its_program(
    tmp_path: Path, in_worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "licences"
    folder.mkdir()
    (folder / "LGPL-3.0.txt").write_text("lesser")
    (folder / "orjson-LICENSE-MIT").write_text("orjson")
    (folder / "empty.txt").write_text("")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "burrow"))
    titles = [licence.title for licence in in_worker(read_licences)]
    assert titles == ["Qt, PySide6 and Shiboken (LGPL 3)", "orjson (LICENSE-MIT)"]
