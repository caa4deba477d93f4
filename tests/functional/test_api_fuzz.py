"""The interface for insurers against schemathesis: no 5xx and no answer that the document does not name.

Calls go over HTTP to the running server, well-formed and malformed ones, half of them at things that are there.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from billing.claims.api.scopes import ApiScope
from billing.claims.models import ClaimLine
from billing.claims.remittances.choices import RemittanceKind, RemittanceSource
from billing.claims.remittances.services import receiving
from billing.claims.services import adjudication, attaching, clients, objecting, sending
from billing.claims.services.adjudication import Cut, Decision
from billing.claims.services.objecting import Against
from tests import claim_world as world
from tests.cast import make_cast

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip
EXAMPLES = 12


@pytest.fixture
def there(transactional_db, settings, tmp_path) -> dict[str, Any]:
    """A system of an insurer with a token, and one of each thing that it may ask for."""
    settings.MEDIA_ROOT = tmp_path
    cast, at = make_cast(), timezone.now()
    client, secret = clients.create(
        insurer=cast.insurer, name="رسا", scopes=list(ApiScope.values), by=cast.headquarters, at=at
    )
    token = clients.issue(key=client.key, secret=secret, scopes=[], at=at)
    world.reviewed(cast, (1_000, 100), (500, 0))
    claim = sending.acknowledge(claim=world.sent(cast), by=None, at=at)
    first, second = ClaimLine.objects.of_claim(claim)
    cuts = [Decision(line.pk, line.asked - 90, (Cut("documents", 90),)) for line in (first, second)]
    adjudication.adjudicate(claim=claim, decisions=cuts, by=None, at=at)
    objection = objecting.begin(
        claim=claim, text="مدارک کامل بود", against=[Against(line.pk, 90) for line in (first, second)],
        by=cast.officer, at=at,
    )  # fmt: skip
    objecting.submit(objection=objection, by=cast.officer, at=at)
    objecting.send(objection=objection, by=cast.headquarters, at=at)
    paper = attaching.attach(
        claim=claim, upload=ContentFile(b"%PDF-1.7"), name="a.pdf", by=cast.officer, at=at
    )
    remittance = receiving.receive(
        insurer=cast.insurer, reference="H", paid_on=at.date(), amount=9, lines=[], by=None, at=at,
        kind=RemittanceKind.ON_ACCOUNT, source=RemittanceSource.API,
    ).remittance  # fmt: skip
    return {
        "token": token.text,
        "claims": claim.pk,
        "objections": objection.pk,
        "remittances": remittance.pk,
        "line": first.pk,
        "file": paper.pk,
        "name": "cut-reasons",
    }


def aimed(case: Any, there: dict[str, Any]) -> None:
    """Point a call at what is there."""
    for name in case.path_parameters or {}:
        known = there.get(name) if name != "id" else there.get(case.operation.path.split("/")[3])
        if known is not None:
            case.path_parameters[name] = known


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
def test_no_fault_of_ours_and_no_answer_without_a_name(live_server, there, mode, monkeypatch):
    monkeypatch.setattr("billing.claims.api.access.CallerRate.rate", "1000000/min")
    monkeypatch.setattr("billing.claims.api.access.AddressRate.rate", "1000000/min")
    cache.clear()
    headers = {"Authorization": f"Bearer {there['token']}"}
    schema = schemathesis.openapi.from_url(f"{live_server.url}/api/v1/schema/?format=json", headers=headers)
    faults: dict[str, str] = {}
    statuses: Counter[int] = Counter()
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy(generation_mode=mode), is_aimed=st.booleans())
        def call(case, is_aimed):
            if is_aimed:
                aimed(case, there)
            statuses[case.call_and_validate(headers=headers, checks=CHECKS).status_code] += 1

        try:
            call()
        except (FailureGroup, Failure, AssertionError) as fault:
            faults[operation.label] = str(fault)
        tried += 1
    assert faults == {}, "\n\n".join(f"{label}\n{said}" for label, said in faults.items())
    assert tried == 26
    assert {404, 422} <= statuses.keys()
    assert mode == GenerationMode.NEGATIVE or statuses[200] > tried
