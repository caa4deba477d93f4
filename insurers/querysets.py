"""Reads of insurers and funds."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models

from insurers.choices import OVER_EARLY, ContractState


class InsurerQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> InsurerQuerySet:
        return self.filter(organisation_id=user.scope.organisation_id)


class FundQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> FundQuerySet:
        return self.of_organisation(user.scope.organisation_id)

    def of_organisation(self, organisation_id: int | None) -> FundQuerySet:
        return self.filter(insurer__organisation_id=organisation_id)

    def of_members_insurer(self, user: Any) -> FundQuerySet:
        """For a member of an insurer only its own funds; for others all."""
        member = user.scope.membership
        return self.filter(insurer_id=member.insurer_id) if member and member.insurer_id else self


class ContractQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ContractQuerySet:
        """Whole organisation: all; an insurer its own once sent; region and hospital those of their centres.

        Hospitals and regions see a contract once it was notified to them.
        """
        member = user.scope.membership
        if member is None:
            return self.none()
        own = self.filter(organisation_id=member.organisation_id)
        if member.insurer_id:
            # Sent once, and neither taken back for editing nor given up as a draft.
            sent = own.filter(insurer_id=member.insurer_id, steps__state=ContractState.SENT)
            given_up = models.Q(steps__source=ContractState.DRAFT, steps__state__in=OVER_EARLY)
            hidden = own.filter(given_up | models.Q(state=ContractState.DRAFT))
            return own.filter(pk__in=sent.values("pk")).exclude(pk__in=hidden.values("pk"))
        if member.region_id or member.centre_id:
            told = own.filter(
                steps__state=ContractState.NOTIFIED, covered__centre__in=user.scope.centre_ids()
            )
            return own.filter(pk__in=told.values("pk"))
        return own

    def in_force(self, *, insurer_id: int, centre_id: int, on: dt.date) -> ContractQuerySet:
        """Activated contracts of an insurer that hold at a centre on a day; one a kind by constraint."""
        held = self.holding_on(on).filter(
            insurer_id=insurer_id, covered__centre_id=centre_id, covered__valid__contains=on
        )
        return held.order_by("kind")

    def holding_on(self, day: dt.date) -> ContractQuerySet:
        """Contracts that had started, are not over and not suspended on a day."""
        return self.started().filter(valid__contains=day).exclude(suspensions__days__contains=day)

    def started(self) -> ContractQuerySet:
        """Contracts that were activated, and not cancelled before they began."""
        return self.filter(activated_at__isnull=False).exclude(state=ContractState.CANCELLED)

    def with_names(self) -> ContractQuerySet:
        return self.select_related("insurer", "organisation", "renews")

    def with_centres_count(self) -> ContractQuerySet:
        """With how many centres it covers to its end: those that left are not counted."""
        staying = models.Q(covered__left=None)
        return self.annotate(centres_count=models.Count("covered__centre", filter=staying, distinct=True))

    def matching(self, words: str) -> ContractQuerySet:
        """Contracts whose number, title or insurer holds every word."""
        found = self
        for word in words.split():
            names = ("number__contains", "title__contains", "insurer__name__contains")
            found = found.filter(models.Q.create([(name, word) for name in names], connector=models.Q.OR))
        return found

    def ending_within(self, days: int, *, today: dt.date) -> ContractQuerySet:
        """Running contracts whose last day is at most so many days ahead."""
        return self.filter(
            state__in=[ContractState.ACTIVE, ContractState.SUSPENDED],
            valid__endswith__lte=today + dt.timedelta(days=days),
            valid__endswith__gt=today,
        )


class ContractCentreQuerySet(models.QuerySet[Any]):
    def at_end(self) -> ContractCentreQuerySet:
        """Centres that no amendment has taken out."""
        return self.filter(left=None)


class TermsQuerySet(models.QuerySet[Any]):
    def approved(self) -> TermsQuerySet:
        return self.filter(approved_at__isnull=False)

    def open(self) -> TermsQuerySet:
        return self.filter(approved_at=None)

    def holding_on(self, day: dt.date) -> TermsQuerySet:
        """Approved versions that had begun by the day, the newest first."""
        return self.approved().filter(from_on__lte=day).order_by("-from_on", "-number")


class ContractFileQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ContractFileQuerySet:
        """Letters are for those who see the whole organisation."""
        return self.filter(contract__organisation_id__in=user.scope.whole_organisation_ids())
