"""Which revision of a session is meant on the command line, and how revisions are told. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from store.cli import figures
from store.cli.figures import rfc3339
from store.cli.json_shapes import Shape
from store.cli.terminal import Ink, Surface
from store.cli.visible import visible_line
from store.errors import RevisionMissing
from store.values.revisions import Revision

CURRENT = ("current", "head")
"""Words for the current revision."""

PREFIX = "sha256:"
SHOWN_DIGITS = 12
MAX_NAMED = 10


def choose_revision(revisions: Sequence[Revision], wanted: str) -> Revision:
    """The one revision that is meant.

    Args:
        revisions: oldest first, the current one last; at least one.
        wanted: a word for the current one, a name, or a beginning of its digits with or without "sha256:".

    Raises:
        RevisionMissing: none or several are meant, or its messages are not stored any more.
    """
    if wanted in CURRENT:
        return revisions[-1]
    named = [(each, each.revision) for each in revisions if each.revision is not None]
    digits = wanted.removeprefix(PREFIX)
    fitting = [each for each, name in named if digits and name.removeprefix(PREFIX).startswith(digits)]
    exact = [each for each, name in named if name in (wanted, PREFIX + wanted)]
    fitting = exact[:1] or fitting
    if not fitting:
        raise RevisionMissing(f"The session has no revision {wanted!r}.", _advice(revisions))
    if len(fitting) > 1:
        names = ", ".join(short_name(each) for each in fitting[:MAX_NAMED])
        more = " and others" if len(fitting) > MAX_NAMED else ""
        raise RevisionMissing(f"Several revisions begin with {wanted!r}: {names}{more}.", "Write more of its digits.")
    if not fitting[0].is_stored:
        raise RevisionMissing(
            f"The messages of revision {short_name(fitting[0])} are not stored any more; only its rewrite is known.",
            _advice(revisions),
        )
    return fitting[0]


def _advice(revisions: Sequence[Revision]) -> str:
    stored = [each for each in revisions if each.is_stored and each.revision is not None]
    if not stored:
        return "“current” is the one that there is."
    names = ", ".join(short_name(each) for each in stored[: -MAX_NAMED - 1 : -1])
    more = ", and older ones" if len(stored) > MAX_NAMED else ""
    return f"Newest first there are: {names}{more}."


def short_name(revision: Revision) -> str:
    """The beginning of a name, enough to tell revisions apart."""
    if revision.revision is None:
        return "current"
    return visible_line(revision.revision.removeprefix(PREFIX)[:SHOWN_DIGITS])


def revision_shape(revision: Revision) -> Shape:
    """One revision as JSON."""
    return {
        "revision": revision.revision,
        "parent": revision.parent,
        "created_at": rfc3339(revision.created_at_ms),
        "message_count": revision.message_count,
        "current": revision.is_head,
        "stored": revision.is_stored,
        "reason": revision.reason or None,
        "note": revision.note or None,
        "actor": revision.actor or None,
    }


def revision_line(revisions: Sequence[Revision], shown: Revision, surface: Surface) -> str:
    """The line over a transcript that says which revision it is; "" where there is but the current one."""
    if len(revisions) < 2:
        return ""
    words = [f"revision {short_name(shown)}"]
    if not shown.is_head:
        words.append(surface.inked("not the current one", Ink.STRONG))
        words.append(f"{figures.count(shown.message_count)} messages")
        words.append(f"made {figures.local_time(shown.created_at_ms)}")
    if shown.reason:
        by = f" by {shown.actor}" if shown.actor else ""
        words.append(visible_line(f"{shown.reason}{by}"))
    words.append(f"{len(revisions):,} are known")
    return "  ".join(words) + "\n"
