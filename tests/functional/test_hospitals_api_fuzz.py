"""What hospitals' systems call against schemathesis: no 5xx and no answer that the document does not name."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup

from billing.services import deliveries
from insurers.models import Fund
from organisations.choices import PatientCategory
from tests import tariff_world as world
from tests.cast import make_cast
from tests.functional.test_api_fuzz import CHECKS

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
EXAMPLES = 12


@pytest.fixture
def there(transactional_db, settings, tmp_path) -> dict[str, Any]:
    """An officer's name and password, a tariff, and an open reception."""
    settings.MEDIA_ROOT = tmp_path
    # Every call brings the password; its hash is not what is tried here.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cast = make_cast()
    world.tariff()
    fund = Fund.objects.create(
        insurer=cast.insurer, code="company", name="شرکتی", category=PatientCategory.COMPANY
    )
    world.coverage(fund)
    cast.officer.set_password("a long enough secret")
    cast.officer.save()
    opened = deliveries.open_reception(centre=cast.hospital, reception={}, by=cast.officer, at=timezone.now())
    return {"basic": base64.b64encode(b"sara:a long enough secret").decode(), "number": opened.pk}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
def test_no_fault_of_ours_and_no_answer_without_a_name(live_server, there, mode, monkeypatch):
    monkeypatch.setattr("rest_framework.throttling.UserRateThrottle.rate", "1000000/min", raising=False)
    cache.clear()
    headers = {"Authorization": f"Basic {there['basic']}"}
    schema = schemathesis.openapi.from_url(
        f"{live_server.url}/api/v1/hospitals/schema/?format=json", headers=headers
    )
    faults: dict[str, str] = {}
    statuses: set[int] = set()
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode), is_aimed=st.booleans())
        def call(case, is_aimed):
            if is_aimed and "number" in (case.path_parameters or {}):
                case.path_parameters["number"] = there["number"]
            statuses.add(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

        try:
            call()
        except (FailureGroup, Failure, AssertionError) as fault:
            faults[operation.label] = str(fault)
        tried += 1
    assert faults == {}, "\n\n".join(f"{label}\n{said}" for label, said in faults.items())
    assert tried == 5
    assert {404, 422} <= statuses
