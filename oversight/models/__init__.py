"""Models of oversight."""

from oversight.models.contacts import Contact
from oversight.models.councils import AgendaItem, Council, Resolution, ResolutionStep
from oversight.models.physicians import StatusLetter, StatusNotice

__all__ = [
    "AgendaItem", "Contact", "Council", "Resolution", "ResolutionStep", "StatusLetter", "StatusNotice",
]  # fmt: skip
