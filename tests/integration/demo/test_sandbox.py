"""The sandbox: an organisation of its own with claims that were sent, safe to make again."""

from __future__ import annotations

import pytest

from billing.claims.choices import ClaimState
from billing.claims.models import Claim
from billing.models import Invoice
from billing.services.reference import load_finding_rules, load_mappings
from demo.sandbox import INVOICES, MONTHS, load_sandbox
from organisations.choices import SANDBOX
from organisations.models import User
from tariffs.services.reference import load_reference
from tests.factories import AT

pytestmark = pytest.mark.django_db


def test_the_sandbox_has_claims_for_its_insurer_only_and_is_made_once(settings, tmp_path, cast):
    settings.MEDIA_ROOT = tmp_path
    settings.SESSION_COOKIE_SECURE = False
    load_reference(at=AT)
    load_mappings()
    load_finding_rules()
    made = load_sandbox(at=AT)
    assert len(made) == len(MONTHS)
    assert {claim.state for claim in made} == {ClaimState.SENT}
    assert all(claim.invoices_count == INVOICES and claim.asked > 0 for claim in made)
    assert {claim.organisation.code for claim in made} == {SANDBOX}
    assert load_sandbox(at=AT) == []
    assert Invoice.objects.count() == len(MONTHS) * INVOICES
    insurer = User.objects.get(username="sandbox-insurer")
    assert Claim.objects.visible_to(insurer).count() == len(MONTHS)
    assert not Claim.objects.visible_to(cast.insurer_expert).exists()
