"""What can be downloaded of a claim: the electronic bill, the printed list, and the lines as a sheet."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.views import generic

from billing.claims.exports import bill
from billing.claims.exports.cover import cover_response
from billing.claims.models import Claim, ClaimLine
from billing.claims.views.lists import lines_xlsx
from core.errors import DomainError
from core.views import Gate
from organisations.permissions import Permission


class FileOfClaim(Gate, generic.View):
    """A download of one claim the user sees; what cannot be made yet is said on the claim's page."""

    abstract = True
    permission = Permission.CLAIM_VIEW

    @cached_property
    def claim(self) -> Claim:
        seen = Claim.objects.visible_to(self.request.user).for_list().select_related("previous")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        claim = self.claim
        try:
            return self.made(claim)
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(claim.get_absolute_url())

    def made(self, claim: Claim) -> HttpResponseBase:
        raise NotImplementedError


class BillJson(FileOfClaim):
    """The electronic bill of the claim."""

    def made(self, claim: Claim) -> HttpResponseBase:
        text = json.dumps(bill.document(claim), ensure_ascii=False, indent=1)
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="claim-{claim.number}.json"'
        return response


class CoverPdf(FileOfClaim):
    """The cover page and the list of invoices."""

    def made(self, claim: Claim) -> HttpResponseBase:
        return cover_response(claim)


class LinesXlsx(FileOfClaim):
    """Every line of the claim."""

    def made(self, claim: Claim) -> HttpResponseBase:
        return lines_xlsx(claim, ClaimLine.objects.of_claim(claim).for_page())
