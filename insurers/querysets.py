"""Reads of insurers and funds."""

from __future__ import annotations

from typing import Any

from django.db import models


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
