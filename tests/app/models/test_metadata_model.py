"""The metadata tree keeps what is masked masked until a person asks, and forgets it with the page (1.7)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from app.models.metadata_model import NAME, VALUE, MetadataModel
from app.models.roles import ACCESSIBLE_TEXT
from store.values.session import MetadataNode

SECRET = MetadataNode("shell_env", ("build", "shell_env"), "41 variables, hidden", is_masked=True)
TREE = (
    MetadataNode(
        "build",
        ("build",),
        "2 entries",
        is_container=True,
        children=(SECRET, MetadataNode("prompt", ("build", "prompt"), "", value="Be\nkind")),
    ),
    MetadataNode("keep_alive", ("keep_alive",), "true", value=True),
)


@pytest.fixture
def model(qapp: object) -> Iterator[MetadataModel]:
    """An empty model, watched by Qt's tester."""
    model = MetadataModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    yield model
    tester.deleteLater()


def printed(model: MetadataModel, parent: QModelIndex | None = None, depth: int = 0) -> str:
    parent = parent or QModelIndex()
    lines = []
    for row in range(model.rowCount(parent)):
        name, value = (model.index(row, column, parent) for column in (NAME, VALUE))
        lines.append(f"{'  ' * depth}{name.data()} = {value.data()}")
        lines.append(printed(model, name, depth + 1))
    return "\n".join(line for line in lines if line)


def test_1_7_the_tree_reads_as_stored_with_secrets_masked(model: MetadataModel) -> None:
    model.set_nodes(TREE)
    assert printed(model) == (
        "build = 2 entries\n  shell_env = 41 variables, hidden\n  prompt = Be kind\nkeep_alive = true"
    )
    secret = model.index(0, NAME, model.index(0, NAME))
    assert secret.data(ACCESSIBLE_TEXT) == "shell_env, masked, 41 variables, hidden"


def test_1_7_a_masked_value_is_shown_on_request_until_the_page_changes(model: MetadataModel) -> None:
    model.set_nodes(TREE)
    model.show_unmasked(SECRET.path, '{"KEY":"value"}')
    assert 'shell_env = {"KEY":"value"}' in printed(model)
    row = model.row_at(model.index(0, NAME, model.index(0, NAME)))
    assert row is not None
    assert row.full_text == '{"KEY":"value"}'
    model.set_nodes(TREE)
    assert "value" not in printed(model)


def test_1_7_an_answer_never_opens_a_value_that_was_not_masked(model: MetadataModel) -> None:
    model.set_nodes(TREE)
    model.show_unmasked(("build", "prompt"), "other")
    model.show_unmasked(("nowhere",), "other")
    assert "other" not in printed(model)


def test_1_7_the_clipboard_gets_the_whole_value(model: MetadataModel) -> None:
    model.set_nodes(TREE)
    row = model.row_at(model.index(1, NAME, model.index(0, NAME)))
    assert row is not None
    assert row.full_text == "Be\nkind"


def test_a_tree_deeper_than_pythons_stack_is_taken(model: MetadataModel) -> None:
    """(1-case-5) depth 10,000."""
    nested = SECRET
    for depth in range(10_000):
        nested = MetadataNode(str(depth), (depth,), "1 entry", is_container=True, children=(nested,))
    model.set_nodes((nested,))
    assert model.rowCount() == 1
