"""Info says everything that is known, how the store was opened, and what is not recorded (1.7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta, timezone

from app.present.info import OWN_LABEL, ROWS_LIMIT, InfoSection, OwnFacts, info_sections, metadata_note, opened_text
from store.values.fault import Fault
from store.values.listing import CatalogueFacts
from store.values.notes import NOTHING_NOTED, Noted, with_notes
from store.values.session import MetadataNode, SessionDetail, SessionSummary, Usage
from store.values.store import Access, StoreFacts, StoreKey, StoreKind

BERLIN = timezone(timedelta(hours=2))
Make = Callable[..., SessionSummary]
FACTS = StoreFacts(
    key=StoreKey("/stores/orchard/sessions.sqlite3"),
    name="orchard",
    file_name="sessions.sqlite3",
    kind=StoreKind.MEERKAT,
    generation="S-0.6",
    access=Access.SNAPSHOT,
    why="A log lies beside it.",
    write_reason="An agent uses it.",
    session_count=12,
    size_bytes=18_223_104,
    state_of_ms=1_787_054_400_000,
    realm="orchard",
)


def printed(sections: tuple[InfoSection, ...]) -> str:
    lines = []
    for section in sections:
        if section.rows:
            lines.append(f"[{section.title}] {section.note}".rstrip())
            lines.extend(f"{row.name} = {row.value}" for row in section.rows)
    return "\n".join(lines)


def test_1_7_info_reads_as_one_page(summary: Make, known: Callable[..., CatalogueFacts]) -> None:
    detail = SessionDetail(
        summary(labels=(("team", "core"),), faults=(Fault("count-differs", "The count differs."),)),
        Usage(90_111, 4_089, None, 31_000),
        2,
        "The snapshot is shown.",
        (),
        (("Runtime state", "idle"),),
    )
    assert (
        printed(info_sections(detail, FACTS, detail.summary.faults, BERLIN, known(duration_ms=13_200_000)))
        == """\
[Faults] 1 fault
count-differs = The count differs.
[Identity]
Id = 0199a3f2-41bd-7a08-b1c4-6de04cc87c41
Title = Find the lost messages
Title taken from = a label
State = Active
Shown copy = The snapshot is shown.
Document version = 2
Rewritten = no
Runtime state = idle
[Times]
Created = Tue 18 Aug 2026, 10:19:00 (UTC+02:00)
Created in UTC = 2026-08-18 08:19:00.000 UTC
Updated = Tue 18 Aug 2026, 14:00:00 (UTC+02:00)
Updated in UTC = 2026-08-18 12:00:00.000 UTC
First to last message = 3 h 40 m
[Model and usage]
Model = gpt-5.2
Provider = –
Messages = 232
Tokens in = 90,111
Tokens out = 4,089
Written to the cache = –
Read from the cache = 31,000
Tokens, total = 94,200
Size of its rows = 1,410,233 bytes
[Labels] 1 label
team = core
[Store]
File = /stores/orchard/sessions.sqlite3
System = Meerkat
Generation = S-0.6
Realm = orchard
Can take changes = no: An agent uses it.
In use now = no
Sessions = 12
Size = 18.2 MB (18,223,104 bytes)"""
    )


def test_b5_info_lists_each_fault_once_whoever_found_it(summary: Make) -> None:
    """(B5) as many as the badge counts: list, document and transcript may report the same."""
    found = (Fault("bad-counter", "The count is negative."), Fault("bad-counter", "The count is negative."))
    detail = SessionDetail(summary(faults=found[:1]), Usage(), None, "", ())
    faults = info_sections(detail, FACTS, (*found, Fault("other", "Another.")), UTC)[0]
    assert [row.value for row in faults.rows] == ["The count is negative.", "Another."]
    assert faults.note == "2 faults"


def test_1_7_how_the_store_was_opened_is_said_with_the_reason_and_the_time() -> None:
    opened = opened_text(FACTS, UTC)
    assert (opened.sign.word, opened.at, opened.why) == (
        "Opened as a private snapshot",
        "state of 12:00:00",
        "A log lies beside it.",
    )


def test_1_7_every_access_has_an_icon_and_words() -> None:
    from dataclasses import replace

    words = {opened_text(replace(FACTS, access=access)).sign.word for access in Access}
    assert len(words) == len(Access)


def test_1_7_ten_thousand_labels_are_cut_and_counted(summary: Make) -> None:
    """(1-case-6) a section never grows without end."""
    labels = tuple((f"key {n}", "v") for n in range(10_000))
    detail = SessionDetail(summary(labels=labels), Usage(), None, "", ())
    section = next(s for s in info_sections(detail, FACTS, detail.summary.faults, UTC) if s.title == "Labels")
    assert len(section.rows) == ROWS_LIMIT + 1
    assert section.rows[-1].value == "and 9,900 more"
    assert section.note == "10,000 labels"


def test_1_7_the_metadata_note_counts_what_is_masked_at_any_depth() -> None:
    secret = MetadataNode("shell_env", ("a", "shell_env"), "41 variables", is_masked=True)
    nested = secret
    for depth in range(5_000):
        nested = MetadataNode(str(depth), (), "", is_container=True, children=(nested,))
    assert metadata_note((nested, secret)) == "2 keys · 2 masked"
    assert metadata_note(()) == "0 keys"


def test_2_11_with_times_in_utc_info_says_utc_first_and_local_time_beside_it(summary: Make) -> None:
    detail = SessionDetail(summary(), Usage(1, 1, None, None), 2, "", (), ())
    times = next(section for section in info_sections(detail, FACTS, (), UTC) if section.title == "Times")
    names = ["Created", "Created here", "Updated", "Updated here", "First to last message"]
    assert [row.name for row in times.rows] == names
    assert times.rows[0].value == "2026-08-18 08:19:00.000 UTC"


def test_3_2_info_says_who_wrote_the_document_and_what_was_read_in_its_newer_form(summary: Make) -> None:
    changes = ("Two refusals are read as one stop.", "The old tool scope is left out.")
    detail = SessionDetail(summary(), Usage(), 1, "", (), (), "Meerkat 0.6.0 to 0.6.23", changes)
    identity = next(section for section in info_sections(detail, FACTS, (), UTC) if section.title == "Identity")
    rows = [(row.name, row.value) for row in identity.rows]
    assert ("Document version", "1, written by Meerkat 0.6.0 to 0.6.23") in rows
    migrated = [row for row in identity.rows if row.name == "Read in its newer form"]
    assert [row.value for row in migrated] == list(changes)
    assert all(row.sign is not None for row in migrated)


def test_3_2_of_a_writer_or_a_version_that_is_not_known_nothing_is_made_up(summary: Make) -> None:
    for version, writer, words in ((None, "", "–"), (4, "", "4"), (None, "Meerkat 0.7", "written by Meerkat 0.7")):
        detail = SessionDetail(summary(), Usage(), version, "", (), (), writer)
        identity = next(section for section in info_sections(detail, FACTS, (), UTC) if section.title == "Identity")
        assert next(row.value for row in identity.rows if row.name == "Document version") == words


def test_4_3_info_says_what_is_yours_and_what_the_store_has(summary: Make) -> None:
    noted = Noted("Mine", "First\n\u202esecond", (("team", "own"), ("new", "1")), ("area",), is_hidden=True)
    stored = summary(labels=(("team", "core"), ("area", "x")))
    detail = SessionDetail(with_notes(stored, noted), Usage(), 2, "", ())
    sections = info_sections(detail, FACTS, (), UTC, None, OwnFacts(noted, stored))
    assert (
        printed(tuple(section for section in sections if section.title in ("Yours", "Labels")))
        == """\
[Yours] kept by Burrow, not in the store
Note = First
[RLO]second
Own title = Mine
Title without it = Find the lost messages
Hidden = yes: it stands in the view Archived; in its store it stays as it is
Labels not shown = area
[Labels] 2 labels · 2 yours
team = own
new = 1"""
    )
    labels = next(section for section in sections if section.title == "Labels")
    assert {row.sign for row in labels.rows} == {OWN_LABEL}
    identity = next(section for section in sections if section.title == "Identity")
    assert [row.value for row in identity.rows[1:3]] == ["Mine", "you: it is kept by Burrow, the store has its own"]


def test_4_3_nothing_is_said_of_a_session_of_which_nothing_is_noted(summary: Make) -> None:
    stored = summary()
    detail = SessionDetail(stored, Usage(), 2, "", ())
    sections = info_sections(detail, FACTS, (), UTC, None, OwnFacts(NOTHING_NOTED, stored))
    assert next(section for section in sections if section.title == "Yours").rows == ()


def test_l6_info_says_for_which_releases_the_store_is_written_and_how_that_is_known(summary: Make) -> None:
    detail = SessionDetail(summary(), Usage(), 2, "", (), family="Meerkat 0.7. It has a quarantine.")
    store = next(one for one in info_sections(detail, FACTS, (), UTC) if one.title == "Store")
    assert [row.value for row in store.rows if row.name == "Written for"] == ["Meerkat 0.7. It has a quarantine."]
    read_only = SessionDetail(summary(), Usage(), 2, "", ())
    store = next(one for one in info_sections(read_only, FACTS, (), UTC) if one.title == "Store")
    assert "Written for" not in [row.name for row in store.rows]
