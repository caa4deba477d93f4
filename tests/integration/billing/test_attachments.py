"""Papers of claims: distrusted on the way in, seen by whom they concern, always a download."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from billing.claims.api.scopes import ApiScope
from billing.claims.attachments import Attachment
from billing.claims.services import objecting, sending
from insurers.choices import InsurerKind
from insurers.models import Insurer
from tests import claim_world as world
from tests.integration.billing.test_insurers_api import Caller, problem
from tests.integration.billing.test_objections import begun, claim, lines, sent  # noqa: F401

pytestmark = pytest.mark.django_db
AT = world.AT
PDF = b"%PDF-1.7 a letter"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def rasa(client, cast):
    return Caller(client, cast)


def paper(content=PDF, name="letter.pdf"):
    return SimpleUploadedFile(name, content)


def upload(caller, pk, key="k", content=PDF, name="letter.pdf", **fields):
    data = {"file": paper(content, name)} | fields
    return caller.http.post(
        reverse("api_claim_attachments", args=[pk]), data, HTTP_AUTHORIZATION=f"Bearer {caller.token}",
        HTTP_IDEMPOTENCY_KEY=key,
    )  # fmt: skip


def test_an_insurer_sends_a_paper_once_and_reads_it_back(cast, claim, rasa):  # noqa: F811
    first = upload(rasa, claim.pk, name="../../نامه.pdf")
    assert first.status_code == 201, first.content
    body = first.json()
    assert (body["name"], body["media_type"], body["is_insurers"]) == ("نامه.pdf", "application/pdf", True)
    again = upload(rasa, claim.pk, name="../../نامه.pdf")
    assert (again.status_code, again["Idempotent-Replayed"]) == (201, "true")
    problem(upload(rasa, claim.pk, content=PDF + b"x"), 422, "idempotency_key_reused")
    assert upload(rasa, claim.pk, key="other").json()["id"] == body["id"]
    assert Attachment.objects.count() == 1
    assert [one["id"] for one in rasa.get("api_claim_attachments", claim.pk).json()["items"]] == [body["id"]]
    file = rasa.get("api_claim_attachment", claim.pk, body["id"])
    assert b"".join(file.streaming_content) == PDF
    assert file["Content-Disposition"].startswith("attachment")
    assert file["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<script>", "a.pdf"),
        (PDF, "a.exe"),
        (b"", "a.pdf"),
        (b"PK\x03\x04 no archive", "a.docx"),
        (PDF, "a.png"),
    ],
)
def test_what_is_not_what_it_says_is_refused(claim, rasa, content, name):  # noqa: F811
    problem(upload(rasa, claim.pk, content=content, name=name), 422, "invalid_input")
    assert not Attachment.objects.exists()


def test_a_reader_sends_nothing_and_a_stranger_sees_nothing(client, cast, claim, rasa):  # noqa: F811
    kept = upload(rasa, claim.pk).json()["id"]
    reader = Caller(client, cast, scopes=[ApiScope.CLAIMS_READ])
    problem(upload(reader, claim.pk), 403, "permission_denied")
    other = Insurer.objects.create(
        organisation=cast.organisation, code="salamat", name="سلامت", kind=InsurerKind.BASIC
    )
    stranger = Caller(client, cast, other)
    problem(stranger.get("api_claim_attachments", claim.pk), 404, "not_found")
    problem(stranger.get("api_claim_attachment", claim.pk, kept), 404, "not_found")
    problem(upload(stranger, claim.pk), 404, "not_found")


def test_papers_of_an_objection_are_the_centres_until_it_is_sent_then_the_insurers(
    client, cast, claim, lines, rasa  # noqa: F811
):  # fmt: skip
    draft = begun(cast, claim, (lines[0], 80))
    client.force_login(cast.officer)
    client.post(reverse("objection_attach", args=[draft.pk]), {"file": paper()})
    assert Attachment.objects.get().objection == draft
    client.logout()
    assert rasa.get("api_claim_attachments", claim.pk).json()["items"] == []
    problem(rasa.get("api_claim_attachment", claim.pk, Attachment.objects.get().pk), 404, "not_found")
    problem(upload(rasa, claim.pk, objection=draft.pk), 404, "not_found")
    row = objecting.submit(objection=draft, by=cast.officer, at=AT)
    row = objecting.send(objection=row, by=cast.headquarters, at=AT)
    assert len(rasa.get("api_claim_attachments", claim.pk).json()["items"]) == 1
    assert upload(rasa, claim.pk, objection=row.pk).json()["objection"] == row.pk
    client.force_login(cast.officer)
    client.post(reverse("objection_attach", args=[row.pk]), {"file": paper(PDF + b"2")})
    assert Attachment.objects.count() == 2
    page = client.get(row.get_absolute_url()).content.decode()
    assert page.count("letter.pdf") == 2


def test_an_invoice_of_another_claim_is_refused(cast, claim, rasa):  # noqa: F811
    other = world.reviewed(cast)
    problem(upload(rasa, claim.pk, invoice=other.pk), 422, "invalid_input")
    own = claim.invoices.get().invoice_id
    assert upload(rasa, claim.pk, invoice=own).json()["invoice"] == own


def test_a_claim_given_up_takes_no_paper(client, cast):
    world.reviewed(cast)
    frozen = world.frozen(cast)
    client.force_login(cast.officer)
    to = reverse("claim_attach", args=[frozen.pk])
    client.post(to, {"file": paper()})
    file = client.get(reverse("claim_attachment", args=[frozen.pk, Attachment.objects.get().pk]))
    assert b"".join(file.streaming_content) == PDF
    sending.cancel(claim=frozen, reason="اشتباه", by=cast.officer, at=AT)
    client.post(to, {"file": paper(PDF + b"2")})
    assert Attachment.objects.count() == 1
