"""What pages about one claim have in common."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from billing.claims.models import Claim


class ClaimOfAddress:
    """A page whose address names a claim; one that the user does not see is not there."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def claim(self) -> Claim:
        seen = Claim.objects.visible_to(self.request.user).for_list()
        return get_object_or_404(seen, pk=self.kwargs["pk"])
