"""Reads of the tariff."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models

from core.text import fold


class OwnOrNationalQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> OwnOrNationalQuerySet:
        """National rows, and those of the user's own organisation."""
        return self.of_organisation(user.scope.organisation_id)

    def of_organisation(self, organisation_id: int | None) -> OwnOrNationalQuerySet:
        return self.filter(models.Q(organisation=None) | models.Q(organisation_id=organisation_id))


class CircularQuerySet(OwnOrNationalQuerySet):
    def visible_to(self, user: Any) -> Any:
        """Own and national ones; papers that stand for contracts are for those who see the whole organisation."""
        found = self.of_organisation(user.scope.organisation_id)
        return found if user.scope.whole_organisation_ids() else found.of_tariff()

    def of_tariff(self) -> Any:
        """Circulars proper, under which rates are entered and published by hand."""
        return self.filter(contracts=None)

    def of_contracts(self) -> Any:
        """Papers that stand for contracts: only the contract itself publishes under them."""
        return self.filter(contracts__isnull=False)

    def matching(self, words: str) -> CircularQuerySet:
        """Circulars whose number or title holds every word."""
        found = self
        for word in words.split():
            found = found.filter(models.Q(number__contains=word) | models.Q(title__contains=word))
        return found

    def newest_first(self) -> CircularQuerySet:
        return self.order_by(models.F("approved_on").desc(nulls_last=True), "-pk")


class ServiceQuerySet(OwnOrNationalQuerySet):
    def matching(self, words: str) -> ServiceQuerySet:
        """Services whose code or folded title holds every word."""
        found = self
        for word in fold(words).split():
            found = found.filter(search__contains=word)
        return found

    def narrowed(self, *, group: int = 0, book: int = 0) -> ServiceQuerySet:
        """By group and list; zero means all."""
        chosen = {"group": group, "book": book}
        return self.filter(**{name: value for name, value in chosen.items() if value})


class RateQuerySet(OwnOrNationalQuerySet):
    def published(self) -> RateQuerySet:
        return self.filter(status="published")

    def drafts(self) -> RateQuerySet:
        return self.filter(status="draft")

    def standing(self) -> RateQuerySet:
        """The published truth as it is known now: rows that nothing has superseded."""
        return self.published().filter(known__endswith=None)

    def of_circular(self, circular: Any, user: Any) -> RateQuerySet:
        """Published rows that come from a circular, as far as the user sees them."""
        return self.visible_to(user).published().filter(circular=circular)

    def known_at(self, moment: dt.datetime) -> RateQuerySet:
        """Rows that were the published truth at that moment."""
        return self.published().filter(known__contains=moment)

    def effective_on(self, day: dt.date) -> RateQuerySet:
        return self.filter(valid__contains=day)

    def newest_day(self, today: dt.date) -> dt.date | None:
        """The newest day, today at the latest, on which one of these rows holds."""
        found = self.filter(valid__startswith__lte=today).aggregate(
            now=models.Count("pk", filter=models.Q(valid__contains=today)),
            until=models.Max("valid__endswith"),
        )
        if found["now"]:
            return today
        return found["until"] and found["until"] - dt.timedelta(days=1)
