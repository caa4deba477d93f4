"""Writes to the organisation tree, its members and their access."""

from organisations.services.people import add_user

__all__ = ["add_user"]
