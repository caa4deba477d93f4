"""Models of oversight."""

from oversight.models.contacts import Contact
from oversight.models.physicians import StatusLetter, StatusNotice

__all__ = ["Contact", "StatusLetter", "StatusNotice"]
