"""The subtree of the organisation that a user sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from organisations.models import Centre, Membership

NOTHING = Q(pk__in=[])


class Scope:
    """What one membership reaches: an organisation, one of its regions, or one centre.

    Without a membership the scope is empty, so that a forgotten one shows nothing.
    """

    def __init__(self, membership: Membership | None, centres: QuerySet[Centre]) -> None:
        self.membership = membership
        self._centres = centres

    def q(self, centre: str = "", *, organisation: str = "") -> Q:
        """Condition on the path of a centre from the model asked (`""` on Centre itself).

        `organisation` is the path of the organisation's key, where the model keeps it: two tables less to join.
        """
        m = self.membership
        if m is None:
            return NOTHING
        if m.centre_id:
            return Q(**{f"{centre}_id" if centre else "pk": m.centre_id})
        step = f"{centre}__" if centre else ""
        if m.region_id:
            return Q(**{f"{step}region_id": m.region_id})
        if organisation:
            return Q(**{organisation: m.organisation_id})
        return Q(**{f"{step}region__organisation_id": m.organisation_id})

    def q_region(self, region: str = "") -> Q:
        """Condition on the path of a region: the whole organisation, or the one region of the member."""
        m = self.membership
        if m is None:
            return NOTHING
        own = m.region_id or (m.centre.region_id if m.centre else None)
        if own:
            return Q(**{f"{region}_id" if region else "pk": own})
        return Q(**{f"{region}__organisation_id" if region else "organisation_id": m.organisation_id})

    def q_insurer(self, fund: str, supplementary: str) -> Q:
        """For a member of an insurer: only what one of its funds pays for; for others no condition."""
        m = self.membership
        if m is None or not m.insurer_id:
            return Q()
        return Q(**{f"{fund}__insurer_id": m.insurer_id}) | Q(
            **{f"{supplementary}__insurer_id": m.insurer_id}
        )

    def centre_ids(self) -> QuerySet[Centre, int]:
        """Primary keys of the centres in scope, as a subquery."""
        return self._centres.filter(self.q()).values_list("pk", flat=True)

    def whole_organisation_ids(self) -> list[int]:
        """The organisation, for members who see all of it."""
        m = self.membership
        return [m.organisation_id] if m and not (m.region_id or m.centre_id or m.insurer_id) else []

    @property
    def organisation_id(self) -> int | None:
        return self.membership.organisation_id if self.membership else None
