"""Metadata cells against the Merkle root in their head (formats/meerkat.md §1.5 rule 9). Pure."""

from __future__ import annotations

from store.meerkat.checks.results import failed, not_applicable, passed, short
from store.meerkat.checks.smt import root_of, route_of, value_digest
from store.meerkat.heads.cells import Cell, Cells
from store.meerkat.heads.heads import Head
from store.values.amounts import counted
from store.values.checks import CheckName, CheckResult


def judge_cells(head: Head, cells: Cells | None) -> CheckResult:
    """Compare the values, the ways to them and the root over all of them.

    Args:
        cells: None where the metadata stands in the head itself.
    """
    name = CheckName.METADATA_CELLS
    if cells is None:
        return not_applicable(name, "The metadata stands in the head itself, which its token covers.")
    if cells.faults:
        return failed(name, cells.faults[0].sentence)
    for cell in cells.cells:
        result = _judge_cell(cell)
        if result is not None:
            return result
    expected = head.json.object("metadata_identity").get("exact_root_digest")
    actual = root_of({cell.key: cell.value or b"" for cell in cells.cells})
    if actual != expected:
        return failed(
            name, "The root over the metadata values is not the one that the head names.", expected or "", actual
        )
    count = len(cells.cells)
    return passed(name, f"{counted(count, 'value')}, root {short(actual)}", count)


def _judge_cell(cell: Cell) -> CheckResult | None:
    """What is wrong with one value; None if it is sound."""
    name = CheckName.METADATA_CELLS
    if cell.value is None:
        return failed(name, f"The metadata value “{cell.name[:100]}” is too large to be one.")
    actual, stored = value_digest(cell.value), cell.value_digest[:200].decode("utf-8", "backslashreplace")
    if actual != stored:
        return failed(name, f"The metadata value “{cell.name[:100]}” is not what its name says.", stored, actual)
    if route_of(cell.key) != cell.route:
        expected, found = route_of(cell.key).hex(), cell.route[:200].hex()
        return failed(name, f"The metadata value “{cell.name[:100]}” stands at a wrong place.", expected, found)
    return None
