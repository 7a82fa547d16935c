"""Our own durable data: what a person adds to sessions here, never written into a store."""

from store.own.annotations import Annotations, AnnotationsUnusable

__all__ = ["Annotations", "AnnotationsUnusable"]
