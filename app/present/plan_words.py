"""A plan in words: title, sentence, facts, list of sessions, warnings, backup. Pure text, any thread.

Every number is written in full: nothing of a plan is rounded. A selection that lies in several stores has a plan for
each; the words are of all of them together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.present.action_words import ACTION_WORDS
from app.present.one_line import one_line
from app.present.plan_session import bytes_of, parts_words, session_summary
from app.present.sizes import counted, exact_count, exact_size
from app.present.summary import Sign
from store.values.changes import KEPT_DAYS, Action, FilePlan, Plan, RowPlan, Scope, SessionPlan

POSSIBLE, REFUSED = Sign("check", "Possible", "ok"), Sign("ban", "Refused", "warn")

NAME_CHARS = 60
TIP_LINES = 20


@dataclass(frozen=True, slots=True)
class PlanFact:
    """One number of the row of facts.

    Attributes:
        label: what it is.
        value: what it is, or will be.
        note: one short line below.
        before: where it changes, what it was; "" else.
        tip: more, for the tool tip.
    """

    label: str
    value: str
    note: str
    before: str = ""
    tip: str = ""

    @property
    def spoken(self) -> str:
        """All of it, for screen readers."""
        value = f"{self.before} to {self.value}" if self.before else self.value
        return f"{self.label}: {value}, {self.note}" if self.note else f"{self.label}: {value}"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A session in the list of a plan, or the heading above those of one store.

    Attributes:
        title: of the session, or name of the store.
        second: what would happen, or why nothing would; of a heading how many of how many.
        sign: possible or refused; None for a heading.
        place: numbers of the plan and of the session in it; -1 for a heading's session.
    """

    title: str
    second: str
    sign: Sign | None
    place: tuple[int, int]

    @property
    def spoken(self) -> str:
        """All of it, for screen readers and tool tips."""
        return ", ".join(part for part in (self.title, self.sign.word if self.sign else "", self.second) if part)


@dataclass(frozen=True, slots=True)
class PlanText:
    """Everything that the dialog says of plans.

    Attributes:
        count: above the list.
        backup: what is kept to undo it, in a strong part and a plain one.
        button, icon: of the main button, with verb and count.
        has_effect: something would happen to one session at least.
        must_type: the number that must be typed before; 0 where none must.
    """

    title: str
    sentence: str
    facts: tuple[PlanFact, ...]
    rows: tuple[PlanRow, ...]
    count: str
    warnings: tuple[str, ...]
    backup: tuple[str, str]
    button: str
    icon: str
    has_effect: bool
    must_type: int = 0


def plan_text(plans: Sequence[Plan]) -> PlanText:
    """The words of plans of one request; at least one."""
    action = plans[0].request.action
    words = ACTION_WORDS[action]
    possible, total = plan_counts(plans)
    return PlanText(
        title=words.heading.format(of_sessions(possible, total) if possible else sessions(total)),
        sentence=plan_sentence(plans),
        facts=plan_facts(plans),
        rows=plan_rows(plans),
        count=sessions(total) if possible == total else f"{possible:,} of {total:,} possible",
        warnings=tuple(dict.fromkeys(one_line(words) for plan in plans for words in plan.warnings)),
        backup=backup_words(plans),
        button=words.button.format(sessions(possible) if possible else "nothing"),
        icon=words.icon,
        has_effect=possible > 0,
        must_type=possible if action is Action.DELETE else 0,
    )


def sessions(count: int) -> str:
    """A number of sessions: "1 session", "1,000 sessions"."""
    return counted(count, "session")


def of_sessions(part: int, whole: int) -> str:
    """A part of some sessions: "14 sessions", or "12 of 14 sessions" where it is not all of them."""
    return sessions(whole) if part == whole else f"{part:,} of {sessions(whole)}"


def plan_counts(plans: Sequence[Plan]) -> tuple[int, int]:
    """Sessions that something would happen to, and all."""
    return sum(len(plan.possible) for plan in plans), sum(len(plan.sessions) for plan in plans)


def joined_names(names: Sequence[str]) -> str:
    """Names of stores: "orchard", "orchard and handover", "orchard, handover and 3 more stores"."""
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]}, {names[1]} and {counted(len(names) - 2, 'more store')}"


def plan_sentence(plans: Sequence[Plan]) -> str:
    """What it does, in sentences: where it is written, and what the agent and Burrow will show of what is there."""
    found: list[str] = []
    if written := _names(plans, Scope.STORE):
        found.append(f"Written into {joined_names(written)}; everything else there stays byte for byte.")
        found.extend(_effects(plans, Scope.STORE))
    if own := _names(plans, Scope.OWN):
        stays = "stays as it is" if len(own) == 1 else "stay as they are"
        found.append(f"Noted here in Burrow only; {joined_names(own)} {stays}.")
        found.extend(_effects(plans, Scope.OWN))
    return " ".join(found) or "Nothing would be written."


def _effects(plans: Sequence[Plan], scope: Scope) -> tuple[str, ...]:
    """What the store with most of the sessions says: the others say the same of fewer."""
    most = max((plan for plan in plans if plan.scope is scope), key=lambda plan: len(plan.possible))
    return tuple(one_line(words) for words in most.effects)


def _names(plans: Sequence[Plan], scope: Scope) -> list[str]:
    return [one_line(plan.store_name, NAME_CHARS) for plan in plans if plan.scope is scope and plan.possible]


# Facts


def plan_facts(plans: Sequence[Plan]) -> tuple[PlanFact, ...]:
    """The row of facts: sessions, rows, files where there are any, bytes before and after, what it is written for."""
    possible, total = plan_counts(plans)
    refused = total - possible
    facts = [PlanFact("Sessions", exact_count(possible), f"{refused:,} of {total:,} refused" if refused else "chosen")]
    written = [plan for plan in plans if plan.scope is Scope.STORE]
    rows = [row for plan in written for session in plan.possible for row in session.rows]
    files = [file for plan in written for session in plan.possible for file in session.files]
    if rows:
        facts.append(_row_fact(rows))
    if files:
        facts.append(PlanFact("Files", exact_count(len(files)), exact_size(bytes_of(files)[0]), tip=_paths_tip(files)))
    if rows or files:
        before, after = bytes_of((*rows, *files))
        note = f"bytes, {parts_words(len(rows), len(files), ', ')}"
        facts.append(PlanFact("Size", exact_count(after), note, exact_count(before)))
    facts.append(_written_fact(plans))
    return tuple(facts)


def _row_fact(rows: Sequence[RowPlan]) -> PlanFact:
    tables = Counter(row.table for row in rows)
    tip = "\n".join(f"{one_line(table)}: {counted(count, 'row')}" for table, count in tables.items())
    return PlanFact("Rows", exact_count(len(rows)), f"in {counted(len(tables), 'table')}", tip=tip)


def _paths_tip(files: Sequence[FilePlan]) -> str:
    shown = [one_line(file.path) for file in files[:TIP_LINES]]
    more = [f"and {len(files) - TIP_LINES:,} more"] if len(files) > TIP_LINES else []
    return "\n".join((*shown, *more))


def _written_fact(plans: Sequence[Plan]) -> PlanFact:
    """For which releases it is written, and how that is known."""
    tip = "\n".join(
        dict.fromkeys(f"{one_line(plan.store_name, NAME_CHARS)}: {one_line(plan.family_reason)}" for plan in plans)
    )
    stores = [plan for plan in plans if plan.scope is Scope.STORE]
    written = [plan for plan in stores if plan.possible]
    families = tuple(dict.fromkeys(plan.family for plan in written if plan.family))
    if families:
        note = one_line(written[0].store_name, NAME_CHARS) if len(written) == 1 else counted(len(written), "store")
        return PlanFact("Written for", " and ".join(families), f"in {note}", tip=tip)
    if not stores:
        return PlanFact("Written to", "Burrow’s notes", "no store is touched", tip=tip)
    return PlanFact("Written to", "nothing", counted(len(plans), "store"), tip=tip)


# The list


def plan_rows(plans: Sequence[Plan]) -> tuple[PlanRow, ...]:
    """The list: of each store first what is refused, then the rest; with headings where there are several stores."""
    rows: list[PlanRow] = []
    for number, plan in enumerate(plans):
        if len(plans) > 1:
            part = f"{len(plan.possible):,} of {len(plan.sessions):,}"
            rows.append(PlanRow(one_line(plan.store_name), part, None, (number, -1)))
        for is_possible in (False, True):
            rows.extend(
                _row(session, plan.scope, (number, at))
                for at, session in enumerate(plan.sessions)
                if (session.refusal is None) is is_possible
            )
    return tuple(rows)


def _row(session: SessionPlan, scope: Scope, place: tuple[int, int]) -> PlanRow:
    title = one_line(session.title) or session.session_id
    if session.refusal is not None:
        return PlanRow(title, one_line(session.refusal.sentence), REFUSED, place)
    return PlanRow(title, session_summary(session, scope), POSSIBLE, place)


# Backup


def backup_words(plans: Sequence[Plan]) -> tuple[str, str]:
    """What is kept to undo it: "Backup first: 36 rows, 1,819,402 bytes, kept 30 days.", and how it is undone."""
    if not any(plan.possible for plan in plans):
        return "Nothing was written.", ""
    written = [plan for plan in plans if plan.scope is Scope.STORE and plan.possible]
    if not written:
        return "No store is touched.", "Undo from Changes at any time."
    rows = sum(len(session.rows) for plan in written for session in plan.possible)
    files = sum(len(session.files) for plan in written for session in plan.possible)
    image = exact_size(sum(plan.image_bytes for plan in written))
    strong = f"Backup first: {parts_words(rows, files, ', ')}, {image}, kept {KEPT_DAYS} days."
    copies = [plan for plan in written if plan.store_backup_bytes is not None]
    if copies:
        size = exact_size(sum(plan.store_backup_bytes or 0 for plan in copies))
        names = joined_names([one_line(plan.store_name, NAME_CHARS) for plan in copies])
        strong += f" Before it a copy of all of {names}, {size}."
    them = "the session" if sum(len(plan.possible) for plan in written) == 1 else "the sessions"
    return strong, f"Undo from Changes, as long as no agent has changed {them}."
