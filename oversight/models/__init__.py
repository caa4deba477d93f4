"""Models of oversight."""

from oversight.models.contacts import Contact

__all__ = ["Contact"]
