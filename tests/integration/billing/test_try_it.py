"""The page that tries the interface: through the same doors as a system, and writing in the sandbox only."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from billing.claims.api import trying
from billing.claims.api.persian import TAGS
from billing.claims.models import Claim
from insurers.choices import InsurerKind
from insurers.models import Insurer
from organisations.choices import SANDBOX
from organisations.models import Organisation
from organisations.permissions import Role
from tests import claim_world as world
from tests.cast import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(cast):
    world.reviewed(cast, (1_000, 100))
    return world.sent(cast)


def tried(client, operation, **said):
    return client.post(f"{reverse('api_try')}?operation={operation}", said)


def test_every_operation_with_json_is_offered():
    offered = {one.key: one for one in trying.operations()}
    assert {"claims_list", "claim_adjudicate", "objection_answer", "remittance_tell", "events_list"} <= set(
        offered
    )
    assert not {"token", "claim_attach"} & set(offered)
    assert json.loads(offered["claim_acknowledge"].body) == {"receipt_no": "1404-99812"}


def test_a_call_answers_what_a_system_would_get(client, cast, claim):
    client.force_login(cast.insurer_expert)
    page = tried(client, "claims_list", limit="5")
    answer = page.context["answer"]
    assert (answer.status, json.loads(answer.text)["items"][0]["id"]) == (200, claim.pk)
    assert answer.headers["RateLimit-Limit"] == "600"
    assert tried(client, "claim_read", id="0").context["answer"].status == 404
    assert tried(client, "claims_list", limit="0").context["answer"].status == 422
    assert "نشانی" in tried(client, "claim_read", id="x").context["refusal"]
    assert tried(client, "claim_read").context["refusal"]
    client.force_login(cast.neighbour)
    assert tried(client, "claim_read", id=claim.pk).context["answer"].status == 404


def test_writing_is_tried_in_the_sandbox_only(client, cast, claim):
    client.force_login(cast.insurer_expert)
    said = {"id": claim.pk, "body": '{"receipt_no": "R"}'}
    page = tried(client, "claim_acknowledge", **said)
    assert page.context["answer"] is None
    assert "سازمان آزمایشی" in page.context["refusal"]
    assert Claim.objects.get(pk=claim.pk).acknowledged_at is None
    Organisation.objects.filter(pk=cast.organisation.pk).update(code=SANDBOX)
    answer = tried(client, "claim_acknowledge", **said).context["answer"]
    assert (answer.status, json.loads(answer.text)["state"]) == (200, "acknowledged")
    assert tried(client, "claim_acknowledge", id=claim.pk, body="{").context["answer"].status == 400


def test_an_operation_that_is_none_is_not_found(client, cast):
    client.force_login(cast.insurer_expert)
    assert client.get(reverse("api_try"), {"operation": "x"}).status_code == 404


def test_every_operation_has_a_persian_title_and_description():
    for one in trying.operations():
        assert all((one.title, one.title_en, one.description_fa)), one.key
    assert {one.tag for one in trying.operations()} <= set(TAGS)


def test_who_may_not_write_here_is_told_as_whom_to_sign_in(client, cast, claim):
    client.force_login(cast.insurer_expert)
    said = client.get(reverse("api_try"), {"operation": "claim_acknowledge"}).content.decode()
    assert "load_sandbox" in said
    sandbox = Organisation.objects.create(code=SANDBOX, name="آزمایشی", funds_regions=False)
    insurer = Insurer.objects.create(organisation=sandbox, code="s", name="آزمایشی", kind=InsurerKind.BASIC)
    person("sandbox-insurer", Role.INSURER, organisation=sandbox, insurer_id=insurer.pk)
    said = client.get(reverse("api_try"), {"operation": "claim_acknowledge"}).content.decode()
    assert "sandbox-insurer" in said
