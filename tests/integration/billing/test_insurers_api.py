"""The interface for insurers: tokens, only what was delivered to them, answers once and on the right version."""

from __future__ import annotations

import base64
import datetime as dt
import threading

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from billing.choices import Stage
from billing.claims.api import views as api_views
from billing.claims.api.models import ApiCall, ApiClient, ApiSecret, ApiToken
from billing.claims.api.scopes import ApiScope
from billing.claims.api.urls import INSURERS
from billing.claims.choices import Payer
from billing.claims.models import Adjudication, Claim, ClaimLine, ClaimStep
from billing.claims.remittances.choices import RemittanceKind, RemittanceSource
from billing.claims.remittances.services import booking, receiving
from billing.claims.services import adjudication, attaching, clients, gathering, objecting, resending, sending
from billing.claims.services.adjudication import Cut, Decision
from billing.claims.services.objecting import Against
from billing.claims.webhooks.models import InsurerEvent
from billing.models import CurrentLine, Invoice
from billing.services import stages
from core.errors import InvalidInput, NotAllowed
from core.text import persian_digits
from insurers.choices import InsurerKind
from insurers.models import Fund, Insurer
from organisations.choices import PatientCategory, Sector
from organisations.permissions import Role
from tariffs.choices import Component
from tariffs.models import Circular, ConversionFactor
from tests import claim_world as world
from tests import repricing as repricing_world
from tests import tariff_world
from tests.cast import make_cast, person

pytestmark = pytest.mark.django_db
AT = world.AT
EVERY = list(ApiScope.values)


class Caller:
    """A system of an insurer with a token."""

    def __init__(self, client, cast, insurer=None, scopes=EVERY):
        self.http = client
        self.row, self.secret = clients.create(
            insurer=insurer or cast.insurer,
            # Systems of one insurer differ by name.
            name=f"سامانهٔ رسا {persian_digits(ApiClient.objects.count() + 1)}",
            scopes=scopes,
            by=cast.headquarters,
            at=timezone.now(),
        )
        # Tokens of a minute are counted for an address, and all tests have the same one.
        cache.clear()
        self.token = self.issue().json()["access_token"]
        self.keys = 0

    def issue(self, **form):
        data = {"grant_type": "client_credentials", "client_id": self.row.key, "client_secret": self.secret}
        return self.http.post(reverse("api_token"), data | form)

    def _headers(self, headers):
        return {"HTTP_AUTHORIZATION": f"Bearer {self.token}"} | {
            "HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()
        }

    def get(self, name, *args, query=None, **headers):
        return self.http.get(reverse(name, args=args), query or {}, **self._headers(headers))

    def post(self, name, *args, body=None, key=None, **headers):
        self.keys += 1
        headers = {"Idempotency-Key": key or f"call-{self.keys}"} | headers
        return self.http.post(
            reverse(name, args=args), body or {}, content_type="application/json", **self._headers(headers)
        )


@pytest.fixture
def rasa(client, cast):
    return Caller(client, cast)


@pytest.fixture
def claim(cast):
    world.reviewed(cast, (1_000, 100), (500, 0), (0, 50))
    return world.sent(cast)


@pytest.fixture
def other_insurer(cast):
    insurer = Insurer.objects.create(
        organisation=cast.organisation, code="salamat", name="سلامت", kind=InsurerKind.BASIC
    )
    Fund.objects.create(insurer=insurer, code="rural", name="روستایی", category=PatientCategory.FREE)
    return insurer


def problem(answer, status, code):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == code, body
    assert body["status"] == status
    assert body["detail"]
    return body


# ---------------------------------------------------------------- tokens and secrets


def test_a_secret_is_changed_for_a_token_of_an_hour_and_kept_as_a_digest(rasa):
    answer = rasa.issue()
    body = answer.json()
    assert (answer.status_code, body["token_type"], body["expires_in"]) == (200, "Bearer", 3_600)
    assert body["scope"].split() == EVERY
    assert answer["Cache-Control"] == "no-store"
    assert rasa.secret not in str(list(ApiSecret.objects.values()))
    assert body["access_token"] not in str(list(ApiToken.objects.values()))


def test_the_client_may_be_named_by_basic(client, rasa):
    text = base64.b64encode(f"{rasa.row.key}:{rasa.secret}".encode()).decode()
    answer = client.post(
        reverse("api_token"), {"grant_type": "client_credentials"}, HTTP_AUTHORIZATION=f"Basic {text}"
    )
    assert answer.status_code == 200


def test_a_wrong_secret_grant_or_scope_is_a_problem(rasa):
    problem(rasa.issue(client_secret="x"), 401, "invalid_client")
    problem(rasa.issue(client_id="x"), 401, "invalid_client")
    problem(rasa.issue(grant_type="password"), 400, "unsupported_grant_type")
    problem(rasa.issue(scope="claims.everything"), 400, "invalid_scope")


def test_a_new_secret_holds_beside_the_old_one_for_a_week(cast, rasa):
    old, now = rasa.secret, timezone.now()
    rasa.secret = clients.rotate(client=rasa.row, after=1, by=cast.headquarters, at=now)
    assert rasa.issue().status_code == 200
    assert rasa.issue(client_secret=old).status_code == 200
    later = now + clients.OVERLAP + dt.timedelta(seconds=1)
    with pytest.raises(clients.InvalidClient):
        clients.issue(key=rasa.row.key, secret=old, scopes=[], at=later)
    assert clients.issue(key=rasa.row.key, secret=rasa.secret, scopes=[], at=later).text


def test_a_closed_client_opens_nothing_at_once(cast, rasa):
    assert rasa.get("api_claims").status_code == 200
    clients.revoke(client=rasa.row, by=cast.headquarters, at=timezone.now())
    problem(rasa.get("api_claims"), 401, "invalid_token")
    problem(rasa.issue(), 401, "invalid_client")
    with pytest.raises(InvalidInput):
        clients.rotate(client=rasa.row, after=1, by=cast.headquarters, at=timezone.now())


def test_a_token_that_ran_out_is_refused(rasa):
    ApiToken.objects.update(expires_at=timezone.now())
    problem(rasa.get("api_claims"), 401, "invalid_token")


def test_another_organisations_insurer_gets_no_client_from_here(cast):
    with pytest.raises(NotAllowed):
        clients.create(
            insurer=cast.insurer, name="x", scopes=EVERY, by=cast.other_headquarters, at=timezone.now()
        )


def test_scopes_limit_what_a_client_may_do(client, cast, claim):
    reader = Caller(client, cast, scopes=[ApiScope.CLAIMS_READ])
    assert reader.get("api_claim", claim.pk).status_code == 200
    told = problem(reader.post("api_claim_acknowledge", claim.pk), 403, "permission_denied")
    assert "claims.acknowledge" in told["detail"]
    problem(reader.post("api_claim_adjudicate", claim.pk), 403, "permission_denied")


# ---------------------------------------------------------------- only what was delivered


#: Every address of the interface and what one insurer's token gets of another's things; args take the scene.
NOTHING, ABSENT, EVERYBODYS = "nothing", "absent", "everybody's"
FOREIGN = {
    "api_token": ("post", EVERYBODYS, ()),
    "api_code_lists": ("get", EVERYBODYS, ()),
    "api_code_list": ("get", EVERYBODYS, ("cut-reasons",)),
    "api_claims": ("get", NOTHING, ()),
    "api_objections": ("get", NOTHING, ()),
    "api_remittances": ("get", NOTHING, ()),
    "api_events": ("get", NOTHING, ()),
    "api_claim": ("get", ABSENT, ("claim",)),
    "api_claim_invoices": ("get", ABSENT, ("claim",)),
    "api_claim_lines": ("get", ABSENT, ("claim",)),
    "api_claim_line_trace": ("get", ABSENT, ("claim", "line")),
    "api_claim_bill": ("get", ABSENT, ("claim",)),
    "api_claim_adjudications": ("get", ABSENT, ("claim",)),
    "api_claim_acknowledge": ("post", ABSENT, ("claim",)),
    "api_claim_adjudicate": ("post", ABSENT, ("claim",)),
    "api_claim_refuse": ("post", ABSENT, ("claim",)),
    "api_claim_attachments": ("get", ABSENT, ("claim",)),
    "api_claim_attachment": ("get", ABSENT, ("claim", "paper")),
    "api_objection": ("get", ABSENT, ("objection",)),
    "api_objection_lines": ("get", ABSENT, ("objection",)),
    "api_objection_answer": ("post", ABSENT, ("objection",)),
    "api_remittance": ("get", ABSENT, ("remittance",)),
    "api_remittance_lines": ("get", ABSENT, ("remittance",)),
    "api_events_replay": ("post", NOTHING, ()),
}


def test_one_insurers_token_sees_nothing_of_anothers(client, cast, claim, other_insurer, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    sending.acknowledge(claim=claim, by=None, at=AT)
    first, *_ = ClaimLine.objects.of_claim(claim)
    cut = Decision(first.pk, first.asked - 90, (Cut("documents", 90),))
    adjudication.adjudicate(claim=claim, decisions=[cut], approve_rest=True, by=None, at=AT)
    objection = objecting.begin(
        claim=claim, text="مدارک کامل بود", against=[Against(first.pk, 90)], by=cast.officer, at=AT
    )
    objecting.submit(objection=objection, by=cast.officer, at=AT)
    objecting.send(objection=objection, by=cast.headquarters, at=AT)
    paper = attaching.attach(
        claim=claim, upload=ContentFile(b"%PDF-1.7"), name="a.pdf", by=cast.officer, at=AT
    )
    remittance = receiving.receive(
        insurer=cast.insurer, reference="H", paid_on=AT.date(), amount=9, lines=[], by=None, at=AT,
        kind=RemittanceKind.ON_ACCOUNT, source=RemittanceSource.API,
    ).remittance  # fmt: skip
    things = {"claim": claim, "line": first, "objection": objection, "paper": paper, "remittance": remittance}
    stranger = Caller(client, cast, other_insurer)
    assert {pattern.name for pattern in INSURERS} == set(FOREIGN)
    for name, (method, expected, names) in FOREIGN.items():
        args = [things[one].pk if one in things else one for one in names]
        key = InsurerEvent.objects.first().key
        answer = (
            stranger.get(name, *args)
            if method == "get"
            else stranger.post(name, *args, body={"events": [key]})
        )
        if expected == ABSENT:
            problem(answer, 404, "not_found")
        elif expected == NOTHING:
            items = answer.json()["items"]
            assert items == [] or [one["code"] for one in items] == ["not_found"], name
    upload = {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}
    answer = client.post(
        reverse("api_claim_attachments", args=[claim.pk]), upload, HTTP_AUTHORIZATION=f"Bearer {stranger.token}",
        HTTP_IDEMPOTENCY_KEY="u",
    )  # fmt: skip
    problem(answer, 404, "not_found")
    body = {"reference": "S", "paid_on": "2025-10-12", "kind": "settlement", "amount": 90,
            "lines": [{"line": first.pk, "amount": 90}]}  # fmt: skip
    told = stranger.post("api_remittances", body=body).json()
    assert (told["matched"], told["unmatched"]) == (0, 90)
    assert Claim.objects.get(pk=claim.pk).paid == 0


def test_what_is_not_sent_yet_does_not_exist_for_the_insurer(cast, rasa):
    world.reviewed(cast)
    frozen = world.frozen(cast)
    problem(rasa.get("api_claim", frozen.pk), 404, "not_found")
    assert rasa.get("api_claims").json()["items"] == []


def test_pages_follow_each_other_without_gap_or_double(cast, rasa):
    for number in range(5):
        fund = Fund.objects.create(
            insurer=cast.insurer, code=f"f{number}", name=f"صندوق {number}", category=PatientCategory.FREE
        )
        world.reviewed(cast, fund=fund)
        world.sent(cast, fund=fund)
    seen, cursor = [], None
    for _ in range(4):
        page = rasa.get("api_claims", query={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if not page["has_more"]:
            break
    assert seen == list(Claim.objects.order_by("delivery_no").values_list("pk", flat=True))
    assert list(Claim.objects.order_by("delivery_no").values_list("delivery_no", flat=True)) == [
        1,
        2,
        3,
        4,
        5,
    ]


@pytest.mark.parametrize(
    "query", [{"cursor": "%"}, {"cursor": "e30="}, {"limit": "0"}, {"state": "x"}, {"month": "x"}]
)
def test_a_query_that_makes_no_sense_is_a_problem(rasa, query):
    assert rasa.get("api_claims", query=query).status_code == 422


def test_lines_traces_bills_and_code_lists_are_read(rasa, claim):
    lines = rasa.get("api_claim_lines", claim.pk).json()["items"]
    assert [line["asked"] for line in lines] == [1_000, 500, 0]
    assert [line["status"] for line in lines] == ["waiting", "waiting", "nothing"]
    assert lines[0]["approved"] is None
    some = rasa.get("api_claim_lines", claim.pk, query={"status": "nothing", "invoice": lines[0]["invoice"]})
    assert len(some.json()["items"]) == 1
    assert rasa.get("api_claim_line_trace", claim.pk, lines[0]["id"]).json()["steps"]
    assert rasa.get("api_claim_bill", claim.pk).json()["Totals"]["Asked"] == 1_500
    assert rasa.get("api_claim_invoices", claim.pk).json()["items"][0]["asked"] == 1_500
    lists = rasa.get("api_code_lists").json()["items"]
    reasons = rasa.get("api_code_list", "cut-reasons")
    assert {one["name"] for one in lists} == {
        "cut-reasons", "line-statuses", "claim-states", "books", "elements", "parts",
    }  # fmt: skip
    books = {one["code"] for one in rasa.get("api_code_list", "books").json()["codes"]}
    assert str(lines[0]["book"]) in books
    assert rasa.get("api_code_list", "cut-reasons", **{"If-None-Match": reasons["ETag"]}).status_code == 304
    problem(rasa.get("api_code_list", "nothing"), 404, "not_found")


@pytest.mark.parametrize(
    ("query", "named"), [({"foo": "1"}, "foo"), ({"month": "1403"}, "۱۴۰۴۰۷"), ({"state": "draft"}, "sent")]
)
def test_a_filter_that_nobody_knows_is_refused_and_what_is_known_is_named(rasa, claim, query, named):
    assert named in problem(rasa.get("api_claims", query=query), 422, "invalid_input")["detail"]


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({"foo": 1}, "foo", "receipt_no"),
        ({"receipt_no": "ر" * 61}, "receipt_no", "۶۰"),
        ({"receipt_no": {}}, "receipt_no", "درست نیست"),
    ],
)
def test_a_body_that_is_not_as_the_document_says_changes_nothing(rasa, claim, body, field, sentence):
    told = problem(rasa.post("api_claim_acknowledge", claim.pk, body=body), 422, "invalid_input")
    assert sentence in told["errors"][field][0]
    assert rasa.get("api_claim", claim.pk).json()["state"] == "sent"


# ---------------------------------------------------------------- payments


def test_a_long_payment_is_answered_at_once_and_booked_in_the_background(
    rasa, claim, django_capture_on_commit_callbacks
):
    lines = [{"claim_no": claim.number, "amount": 1}] * (booking.AT_ONCE + 1)
    body = {
        "reference": "long",
        "paid_on": "2025-10-12",
        "kind": "on_account",
        "amount": len(lines),
        "lines": lines,
    }
    with django_capture_on_commit_callbacks() as queued:
        told = rasa.post("api_remittances", body=body, key="long")
    assert (told.status_code, told.json()["state"], told.json()["matched"]) == (202, "waiting", 0)
    again = rasa.post("api_remittances", body=body, key="long")
    assert (again.status_code, again.json(), again["Idempotent-Replayed"]) == (202, told.json(), "true")
    for task in queued:
        task()
    found = rasa.get("api_remittance", told.json()["id"]).json()
    assert (found["state"], found["matched"]) == ("booked", len(lines))
    once_more = rasa.post("api_remittances", body=body)
    assert (once_more.status_code, once_more.json()) == (200, found)


def test_a_payment_is_told_once_and_found_on_the_claim(rasa, claim):
    first, *_ = rasa.get("api_claim_lines", claim.pk).json()["items"]
    body = {"reference": "H-1", "paid_on": "2025-10-12", "kind": "on_account", "amount": 700,
            "lines": [{"line": first["id"], "amount": 600}]}  # fmt: skip
    told = rasa.post("api_remittances", body=body)
    assert told.status_code == 201, told.content
    found = told.json()
    assert (found["matched"], found["advance"], found["state"]) == (600, 100, "booked")
    again = rasa.post("api_remittances", body=body)
    assert (again.status_code, again.json()["id"]) == (200, found["id"])
    other = body | {"amount": 701}
    problem(rasa.post("api_remittances", body=other), 409, "remittance_reference_taken")
    assert rasa.get("api_claim", claim.pk).json()["paid"] == 600
    lines = rasa.get("api_remittance_lines", found["id"]).json()["items"]
    assert [(one["line"], one["amount"], one["advance"]) for one in lines] == [
        (first["id"], 600, 0), (None, 100, 100),
    ]  # fmt: skip
    assert rasa.get("api_remittance", found["id"]).json() == found
    assert [one["id"] for one in rasa.get("api_remittances").json()["items"]] == [found["id"]]
    centre = rasa.get("api_claim", claim.pk).json()["centre"]
    body = {"reference": "H-2", "paid_on": "2025-10-12", "kind": "settlement", "amount": 5, "centre": centre}
    assert rasa.post("api_remittances", body=body).json()["centre"]["code"] == centre["code"]
    problem(
        rasa.post("api_remittances", body=body | {"centre": {"region": "x", "code": "y"}}),
        422,
        "centre_unknown",
    )


@pytest.mark.parametrize(
    "change",
    [{"amount": 0}, {"amount": -5}, {"kind": "x"}, {"paid_on": "x"}, {"paid_on": "2999-01-01"}, {"reference": " "},
     {"lines": [{"amount": 10}, {"amount": 10}]}, {"lines": [{"amount": 2**70}]}, {"lines": "x"}, {"amount": 1.5}],
)  # fmt: skip
def test_a_payment_that_makes_no_sense_is_a_problem(rasa, change):
    body = {"reference": "H", "paid_on": "2025-10-12", "kind": "settlement", "amount": 15}
    assert rasa.post("api_remittances", body=body | change).status_code == 422


# ---------------------------------------------------------------- writes: once, and on the right version


def test_a_claim_is_received_and_answered_to_the_rial(rasa, claim):
    assert (
        rasa.post("api_claim_acknowledge", claim.pk, body={"receipt_no": "R-7"}).json()["state"]
        == "acknowledged"
    )
    first, second, _ = rasa.get("api_claim_lines", claim.pk).json()["items"]
    answer = rasa.post(
        "api_claim_adjudicate", claim.pk,
        body={"lines": [{"line": first["id"], "approved": 900, "cuts": [{"reason": "quantity", "amount": 100}]}]},
    )  # fmt: skip
    assert answer.json()["claim"]["state"] == "in_review"
    wrong = rasa.post(
        "api_claim_adjudicate", claim.pk,
        body={"lines": [{"line": second["id"], "approved": 400, "cuts": [{"reason": "quantity", "amount": 99}]}]},
    )  # fmt: skip
    assert problem(wrong, 422, "adjudication_invalid")["errors"][0]["code"] == "sum_differs"
    done = rasa.post("api_claim_adjudicate", claim.pk, body={"approve_rest": True}).json()["claim"]
    assert (done["state"], done["asked"], done["approved"], done["cut"]) == ("adjudicated", 1_500, 1_400, 100)
    assert len(rasa.get("api_claim_adjudications", claim.pk).json()["items"]) == 2
    steps = ClaimStep.objects.filter(claim=claim, channel="api").values_list("by_name", flat=True)
    assert set(steps) == {f"سامانهٔ رسا ۱ ({rasa.row.key})"}


def test_the_same_call_again_changes_nothing_and_another_with_its_key_is_refused(rasa, claim):
    first = rasa.post("api_claim_acknowledge", claim.pk, body={"receipt_no": "R"}, key="k")
    again = rasa.post("api_claim_acknowledge", claim.pk, body={"receipt_no": "R"}, key="k")
    assert (again.status_code, again.json(), again["ETag"]) == (200, first.json(), first["ETag"])
    assert again["Idempotent-Replayed"] == "true"
    assert ClaimStep.objects.filter(claim=claim, state="acknowledged").count() == 1
    problem(rasa.post("api_claim_acknowledge", claim.pk, body={"receipt_no": "S"}, key="k"), 422,
            "idempotency_key_reused")  # fmt: skip


def test_a_refused_call_can_be_corrected_and_sent_with_the_same_key(rasa, claim):
    problem(
        rasa.post("api_claim_adjudicate", claim.pk, body={"approve_rest": True}, key="k"), 409, "claim_state"
    )
    assert not ApiCall.objects.exists()
    rasa.post("api_claim_acknowledge", claim.pk)
    assert (
        rasa.post("api_claim_adjudicate", claim.pk, body={"approve_rest": True}, key="k").status_code == 200
    )
    assert Adjudication.objects.count() == 1


def test_a_write_without_a_key_is_refused(client, rasa, claim):
    answer = client.post(
        reverse("api_claim_acknowledge", args=[claim.pk]), {}, content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {rasa.token}",
    )  # fmt: skip
    problem(answer, 400, "idempotency_key_missing")


def test_reads_and_writes_know_the_version(rasa, claim):
    read = rasa.get("api_claim", claim.pk)
    assert rasa.get("api_claim", claim.pk, **{"If-None-Match": read["ETag"]}).status_code == 304
    assert rasa.post("api_claim_acknowledge", claim.pk, **{"If-Match": read["ETag"]}).status_code == 200
    stale = rasa.post(
        "api_claim_adjudicate", claim.pk, body={"approve_rest": True}, **{"If-Match": read["ETag"]}
    )
    problem(stale, 412, "version_differs")
    fresh = rasa.get("api_claim", claim.pk)["ETag"]
    done = rasa.post("api_claim_adjudicate", claim.pk, body={"approve_rest": True}, **{"If-Match": fresh})
    assert (done.status_code, done["ETag"]) == (200, rasa.get("api_claim", claim.pk)["ETag"])


def test_a_whole_claim_is_refused(rasa, claim):
    rasa.post("api_claim_acknowledge", claim.pk)
    body = rasa.post("api_claim_refuse", claim.pk, body={"note": "قرارداد پایان یافته"}).json()
    assert (body["state"], body["approved"], body["cut"]) == ("rejected", 0, 1_500)


@pytest.mark.parametrize(
    "body",
    [
        [],
        "x",
        {"lines": [{}]},
        {"lines": [{"line": 2**70}]},
        {"lines": "x"},
        {"lines": [{"line": 1, "approved": 1.5}]},
    ],
)
def test_a_body_of_the_wrong_shape_is_a_problem(rasa, claim, body):
    rasa.post("api_claim_acknowledge", claim.pk)
    assert rasa.post("api_claim_adjudicate", claim.pk, body=body).status_code in (400, 422)


def test_every_answer_tells_the_rate(rasa):
    answer = rasa.get("api_claims")
    assert answer["RateLimit-Limit"] == "600"
    assert 0 <= int(answer["RateLimit-Remaining"]) < 600
    assert int(answer["RateLimit-Reset"]) <= 60


def test_too_many_calls_are_told_when_to_come_again(rasa, monkeypatch):
    monkeypatch.setattr("billing.claims.api.access.CallerRate.rate", "2/min")
    codes = [rasa.get("api_claims").status_code for _ in range(3)]
    assert codes[-1] == 429
    last = rasa.get("api_claims")
    problem(last, 429, "throttled")
    assert int(last["Retry-After"]) > 0


# ---------------------------------------------------------------- only the insurer answers, each answer on what it read


def test_headquarters_cannot_answer_for_an_insurer(client, cast, claim, other_insurer):
    claim = sending.acknowledge(claim=claim, by=cast.insurer_expert, at=AT)
    client.force_login(cast.headquarters)
    for name, body in (("adjudicate", {"approve_rest": True}), ("refuse", {"note": "x"})):
        answer = client.post(
            reverse(f"api_claim_{name}", args=[claim.pk]), body, content_type="application/json",
            HTTP_IDEMPOTENCY_KEY="k",
        )  # fmt: skip
        problem(answer, 403, "permission_denied")
    stranger = person("parisa", Role.INSURER, organisation=cast.organisation, insurer_id=other_insurer.pk)
    for by in (cast.headquarters, cast.officer, stranger):
        with pytest.raises(NotAllowed):
            adjudication.adjudicate(claim=claim, decisions=[], approve_rest=True, by=by, at=AT)
        with pytest.raises(NotAllowed):
            adjudication.reject(claim=claim, reason="refused", note="x", by=by, at=AT)
    assert Claim.objects.get(pk=claim.pk).answered == 0


@pytest.mark.parametrize(
    ("who", "channel"), [("officer", "page"), ("headquarters", "page"), ("insurer_expert", "api")]
)
def test_only_an_insurers_receipt_is_said_to_come_from_its_system(client, cast, claim, who, channel):
    client.force_login(cast.by_name(who))
    answer = client.post(
        reverse("api_claim_acknowledge", args=[claim.pk]), {}, content_type="application/json",
        HTTP_IDEMPOTENCY_KEY="k",
    )  # fmt: skip
    assert answer.status_code == 200
    assert ClaimStep.objects.get(claim=claim, state="acknowledged").channel == channel


def answer_one(caller, claim, line, etag):
    body = {"lines": [{"line": line.pk, "approved": line.asked}]}
    return caller.post("api_claim_adjudicate", claim.pk, body=body, **{"If-Match": etag})


def test_every_partial_answer_changes_the_etag(cast, rasa):
    world.reviewed(cast, (1_000, 0), (500, 0), (300, 0))
    claim = world.sent(cast)
    tags = [rasa.post("api_claim_acknowledge", claim.pk)["ETag"]]
    for line in ClaimLine.objects.of_claim(claim):
        answer = answer_one(rasa, claim, line, tags[-1])
        assert answer.status_code == 200
        tags.append(answer["ETag"])
        assert rasa.get("api_claim", claim.pk)["ETag"] == tags[-1]
    assert len(set(tags)) == 4


def test_of_two_writes_on_one_etag_the_second_is_refused_even_when_both_had_read(cast, rasa, monkeypatch):
    world.reviewed(cast, (1_000, 0), (500, 0), (300, 0))
    claim = world.sent(cast)
    etag = rasa.post("api_claim_acknowledge", claim.pk)["ETag"]
    first, second, _ = ClaimLine.objects.of_claim(claim)
    read = api_views.OfClaim.claim

    def read_and_overtaken(view, request, pk):
        found = read(view, request, pk)
        monkeypatch.setattr(api_views.OfClaim, "claim", read)
        adjudication.adjudicate(claim=found, decisions=[Decision(first.pk, 1_000)], by=None, at=AT)
        return found

    monkeypatch.setattr(api_views.OfClaim, "claim", read_and_overtaken)
    problem(answer_one(rasa, claim, second, etag), 412, "version_differs")
    assert Claim.objects.get(pk=claim.pk).approved == 1_000


# ---------------------------------------------------------------- the feed


def test_the_last_page_tells_where_to_go_on(cast, rasa):
    empty = rasa.get("api_claims").json()
    assert (empty["items"], empty["has_more"]) == ([], False)
    world.reviewed(cast)
    claim = world.sent(cast)
    page = rasa.get("api_claims", query={"cursor": empty["next"]}).json()
    assert ([one["id"] for one in page["items"]], page["has_more"]) == ([claim.pk], False)
    rest = rasa.get("api_claims", query={"cursor": page["next"]}).json()
    assert (rest["items"], rest["next"], rest["has_more"]) == ([], page["next"], False)


@pytest.mark.django_db(transaction=True)
def test_the_feed_does_not_skip_a_claim_that_is_committed_late(client, transactional_db):
    """One claim is sent, by an earlier clock, and not yet committed while another is sent and the feed is read."""
    cast = make_cast()
    rasa = Caller(client, cast)
    funds = [cast.fund, Fund.objects.create(
        insurer=cast.insurer, code="f", name="صندوق", category=PatientCategory.FREE
    )]  # fmt: skip
    frozen = []
    for fund, centre in zip(funds, (cast.hospital, cast.neighbour_hospital), strict=True):
        world.reviewed(cast, fund=fund, centre=centre, by=cast.second_headquarters)
        frozen.append(world.frozen(cast, fund=fund, centre=centre, by=cast.headquarters))
    is_sent, may_commit = threading.Event(), threading.Event()

    def late():
        try:
            with transaction.atomic():
                sending.send(claim=frozen[0], by=cast.second_headquarters, at=AT)
                is_sent.set()
                may_commit.wait(30)
        finally:
            connection.close()

    def soon():
        try:
            sending.send(claim=frozen[1], by=cast.second_headquarters, at=world.LATER)
        finally:
            connection.close()

    threads = [threading.Thread(target=late), threading.Thread(target=soon)]
    threads[0].start()
    assert is_sent.wait(30)
    threads[1].start()
    threads[1].join(0.5)
    before = rasa.get("api_claims").json()
    assert before["items"] == []
    may_commit.set()
    for thread in threads:
        thread.join(30)
    after = rasa.get("api_claims", query={"cursor": before["next"]}).json()
    assert [one["id"] for one in after["items"]] == [claim.pk for claim in frozen]


# ---------------------------------------------------------------- traces of what was frozen


@pytest.fixture
def priced(cast):
    """A sent claim of one invoice that the pipeline priced: two services, bed days, and nursing of these."""
    tariff_world.tariff()
    fund = Fund.objects.create(insurer=cast.insurer, code="oil", name="نفت", category=PatientCategory.COMPANY)
    tariff_world.coverage(fund)
    tariff_world.load(tariff_world.parsed({"1": repricing_world.FILE["1"]}, fund="oil"), centre=cast.hospital)
    bill = Invoice.objects.get(number="1")
    world.checked(bill)
    for to, who in ((Stage.COMPLETED, cast.officer), (Stage.REVIEWED, cast.second_headquarters)):
        assert stages.advance([bill.pk], to=to, by=who, at=AT)[0].is_done
    cell = gathering.Cell(cast.hospital, fund, Payer.BASIC)
    job = gathering.begin([cell], month=bill.month, by=cast.officer, at=AT)
    gathering.work(job=job, at=AT)
    frozen = sending.freeze(claim=Claim.objects.get(job=job), by=cast.officer, at=AT)
    return sending.send(claim=frozen, by=cast.headquarters, at=AT)


def traces_of(caller, claim):
    """The steps of every line; each ends at what is asked of it and says no fault."""
    found = {}
    for line in caller.get("api_claim_lines", claim.pk).json()["items"]:
        steps = caller.get("api_claim_line_trace", claim.pk, line["id"]).json()["steps"]
        assert steps[-1]["amount"] == line["asked"]
        assert not any("برابر نیست" in step["sentence"] for step in steps)
        found[line["line_no"]] = steps
    return found


def reprice(cast, amount=350_000):
    late = Circular.objects.create(number="L", title="بخشنامهٔ دیررس", organisation=cast.organisation)
    maker, checker, at = cast.headquarters, cast.second_headquarters, world.LATER
    dims = {"sector": Sector.PUBLIC, "component": Component.PROFESSIONAL, "amount": amount}
    repricing_world.publish_late(ConversionFactor, late, cast.organisation, maker, checker, at=at, **dims)
    repricing_world.book(repricing_world.preview(late, maker, at=at), checker, at=at)


def test_the_trace_of_a_frozen_line_does_not_move_with_the_invoice(cast, rasa, priced):
    before = traces_of(rasa, priced)
    amounts = {line.line_no: line.amount for line in ClaimLine.objects.filter(claim=priced)}
    for number, steps in before.items():
        assert next(step["amount"] for step in steps if step["sentence"] == "مصوب") == amounts[number]
    reprice(cast)
    assert CurrentLine.objects.get(line_no=1).amount != amounts[1]
    assert traces_of(rasa, priced) == before
    again = [tariff_world.line("100005", quantity_milli=3_000)]
    tariff_world.load(tariff_world.parsed({"1": again}, fund="oil"), centre=cast.hospital, at=world.LATER)
    assert Invoice.objects.get(number="1").version == 2
    assert traces_of(rasa, priced) == before


def test_the_trace_of_a_claim_frozen_after_a_repricing_tells_the_new_price(cast, rasa, priced):
    reprice(cast)
    more = resending.supplement(
        centre=cast.hospital, fund=priced.fund, payer=Payer.BASIC, month=priced.month, by=cast.officer,
        at=world.LATER,
    )  # fmt: skip
    more = sending.freeze(claim=more, by=cast.officer, at=world.LATER)
    more = sending.send(claim=more, by=cast.headquarters, at=world.LATER)
    for steps in traces_of(rasa, more).values():
        assert sum(step["amount"] for step in steps[:-1]) == steps[-1]["amount"]
        assert "بخشنامهٔ دیررس" in steps[0]["sentence"]


def test_a_claim_with_a_line_below_zero_is_not_refused_as_a_whole(cast, rasa, priced):
    reprice(cast, 250_000)
    more = resending.supplement(
        centre=cast.hospital, fund=priced.fund, payer=Payer.BASIC, month=priced.month, by=cast.officer,
        at=world.LATER,
    )  # fmt: skip
    more = sending.freeze(claim=more, by=cast.officer, at=world.LATER)
    sending.send(claim=more, by=cast.headquarters, at=world.LATER)
    rasa.post("api_claim_acknowledge", more.pk)
    problem(rasa.post("api_claim_refuse", more.pk, body={"note": "x"}), 422, "invalid_input")
    assert Claim.objects.get(pk=more.pk).answered == 0
    assert not Adjudication.objects.exists()


def test_a_revision_does_not_wipe_an_answer_with_an_unknown_code(cast, claim):
    sending.acknowledge(claim=claim, by=cast.insurer_expert, at=AT)
    adjudication.adjudicate(claim=claim, decisions=[], approve_rest=True, by=cast.insurer_expert, at=AT)
    unknown = Decision(ClaimLine.objects.of_claim(claim)[0].pk, is_unknown_code=True)
    with pytest.raises(adjudication.Mistaken) as refusal:
        adjudication.adjudicate(claim=claim, decisions=[unknown], revises=True, by=cast.insurer_expert, at=AT)
    assert [error["code"] for error in refusal.value.extra["errors"]] == ["line_answered"]
    assert Claim.objects.get(pk=claim.pk).approved == 1_500


def test_the_trace_of_what_is_asked_again_ends_at_what_was_cut(cast, rasa, priced):
    first = ClaimLine.objects.of_claim(priced)[0]
    sending.acknowledge(claim=priced, by=None, at=AT)
    cut = Decision(first.pk, first.asked - 900, (Cut("documents", 900),))
    adjudication.adjudicate(claim=priced, decisions=[cut], approve_rest=True, by=None, at=AT)
    again = resending.resubmit(claim=priced, by=cast.officer, at=world.LATER)
    again = sending.freeze(claim=again, by=cast.officer, at=world.LATER)
    again = sending.send(claim=again, by=cast.headquarters, at=world.LATER)
    (steps,) = traces_of(rasa, again).values()
    assert [step["amount"] for step in steps[-3:]] == [first.asked, first.asked - 900, 900]


# ---------------------------------------------------------------- OAuth's own words, and the rate on refusals


def test_refusals_of_tokens_say_what_rfc_6749_says(client, rasa):
    refused = rasa.issue(client_secret="x")
    assert problem(refused, 401, "invalid_client")["error"] == "invalid_client"
    assert refused["WWW-Authenticate"].startswith("Basic ")
    assert problem(rasa.issue(grant_type="password"), 400, "unsupported_grant_type")["error"]
    assert problem(rasa.issue(scope="claims.everything"), 400, "invalid_scope")["error"] == "invalid_scope"
    missing = problem(client.post(reverse("api_token"), {}), 400, "invalid_request")
    assert missing["error"] == "invalid_request"


def test_a_nul_in_a_clients_name_or_secret_is_a_wrong_secret(client, rasa):
    for text in (b"a\0b:x", f"{rasa.row.key}:\0".encode(), b"a%00b:x"):
        basic = base64.b64encode(text).decode()
        answer = client.post(
            reverse("api_token"), {"grant_type": "client_credentials"}, HTTP_AUTHORIZATION=f"Basic {basic}"
        )
        problem(answer, 401, "invalid_client")


def test_the_rate_stands_on_refusals_too(client, cast, claim):
    reader = Caller(client, cast, scopes=[ApiScope.CLAIMS_READ])
    for answer in (
        client.get(reverse("api_claims")),
        client.get(reverse("api_claims"), HTTP_AUTHORIZATION="Bearer wrong"),
        reader.post("api_claim_acknowledge", claim.pk),
    ):
        assert answer.status_code in (401, 403)
        assert answer["RateLimit-Limit"] == "600"


def test_old_calls_and_tokens_are_thrown_away(rasa, claim):
    rasa.post("api_claim_acknowledge", claim.pk)
    now = timezone.now()
    assert clients.purge(at=now) == 0
    ApiCall.objects.update(at=now - clients.CALLS_KEPT - dt.timedelta(seconds=1))
    ApiToken.objects.update(expires_at=now)
    assert clients.purge(at=now) == 2
    assert not ApiCall.objects.exists()


# ---------------------------------------------------------------- people, pages and the document


def test_people_of_the_insurer_read_with_their_session(client, cast, claim):
    client.force_login(cast.insurer_expert)
    assert [one["id"] for one in client.get(reverse("api_claims")).json()["items"]] == [claim.pk]


def test_headquarters_makes_shows_once_and_closes_a_client(client, cast):
    client.force_login(cast.headquarters)
    form = {"insurer": cast.insurer.pk, "name": "رسا", "scopes": EVERY}
    made = client.post(reverse("api_client_new"), form)
    secret = made.context["secret"]
    assert secret in made.content.decode()
    row = ApiClient.objects.get()
    listed = client.get(reverse("api_clients")).content.decode()
    assert row.key in listed
    assert secret not in listed
    rotate = reverse("api_client_rotate", args=[row.pk])
    assert client.post(rotate, {"after": 1}).context["secret"] != secret
    # The page that shows it, loaded once more: no other secret.
    assert client.post(rotate, {"after": 1}).status_code == 302
    assert row.secrets.count() == 2
    client.post(reverse("api_client_revoke", args=[row.pk]))
    assert not ApiClient.objects.get().is_open


def test_the_document_names_every_endpoint_in_openapi_31(rasa):
    document = rasa.get("api_schema", query={"format": "json"}).json()
    assert document["openapi"].startswith("3.1")
    assert len(document["paths"]) == 24
    assert "/api/v1/claims/{id}/adjudicate/" in document["paths"]
    assert "insurerClient" in document["components"]["securitySchemes"]


def test_sending_is_what_delivers(cast, rasa):
    world.reviewed(cast)
    frozen = world.frozen(cast)
    sending.send(claim=frozen, by=cast.headquarters, at=AT)
    assert [one["number"] for one in rasa.get("api_claims").json()["items"]] == [frozen.number]
