"""The contact sheet of a batch: one offline page of what is unsafe or undecided."""

from cluejudge.batch.contact.again import again_from
from cluejudge.batch.contact.writing import write_contact

__all__ = ["again_from", "write_contact"]
