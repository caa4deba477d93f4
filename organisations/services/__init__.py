"""Writes to the organisation tree, its members and their access."""

from organisations.services.people import Seat, add_user, change_user, reset_password, set_active, unlock

__all__ = ["Seat", "add_user", "change_user", "reset_password", "set_active", "unlock"]
