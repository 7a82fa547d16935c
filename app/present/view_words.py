"""Words for saved views and facets. Pure text, any thread."""

from __future__ import annotations

from store.values.listing import Facet, View

VIEW_NAMES = {
    View.ALL: "All",
    View.ACTIVE: "Active",
    View.RUNNING: "Running",
    View.PINNED: "Pinned",
    View.ARCHIVED: "Archived",
    View.FAULTS: "Faults",
}
"""What people call each saved view."""

VIEW_TIPS = {
    View.ALL: "All sessions of all stores",
    View.ACTIVE: "Sessions that are not archived",
    View.RUNNING: "Sessions whose agent works now",
    View.PINNED: "Sessions that you pinned",
    View.ARCHIVED: "Sessions that were archived",
    View.FAULTS: "Sessions with faults",
}
"""What each saved view shows, for tool tips."""

FACET_NAMES = {Facet.MODEL: "Model", Facet.PROVIDER: "Provider", Facet.LABEL: "Label", Facet.DAY: "Day"}
"""What people call each facet."""

FACET_PLURALS = {Facet.MODEL: "models", Facet.PROVIDER: "providers", Facet.LABEL: "labels", Facet.DAY: "days"}
"""The same for many values."""

UNRECORDED = {
    Facet.MODEL: "No model recorded",
    Facet.PROVIDER: "No provider recorded",
    Facet.LABEL: "No label",
    Facet.DAY: "No time recorded",
}
"""What stands for a value that is not recorded."""
