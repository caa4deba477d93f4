"""The interface for insurers: tokens, only what was delivered to them, answers once and on the right version."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.claims.api.models import ApiCall, ApiClient, ApiSecret, ApiToken
from billing.claims.api.scopes import ApiScope
from billing.claims.choices import ClaimState
from billing.claims.models import Adjudication, Claim, ClaimLine, ClaimStep
from billing.claims.services import clients, sending
from core.errors import InvalidInput, NotAllowed
from insurers.choices import InsurerKind
from insurers.models import Fund, Insurer
from organisations.choices import PatientCategory
from tests import claim_world as world

pytestmark = pytest.mark.django_db
AT = world.AT
EVERY = list(ApiScope.values)


class Caller:
    """A system of an insurer with a token."""

    def __init__(self, client, cast, insurer=None, scopes=EVERY):
        self.http = client
        self.row, self.secret = clients.create(
            insurer=insurer or cast.insurer,
            name="سامانهٔ رسا",
            scopes=scopes,
            by=cast.headquarters,
            at=timezone.now(),
        )
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
    rasa.secret = clients.rotate(client=rasa.row, by=cast.headquarters, at=now)
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
        clients.rotate(client=rasa.row, by=cast.headquarters, at=timezone.now())


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
    problem(reader.post("api_claim_acknowledge", claim.pk), 403, "permission_denied")
    problem(reader.post("api_claim_adjudicate", claim.pk), 403, "permission_denied")


# ---------------------------------------------------------------- only what was delivered


def test_one_insurers_token_sees_nothing_of_anothers(client, cast, claim, other_insurer):
    stranger = Caller(client, cast, other_insurer)
    line = ClaimLine.objects.filter(claim=claim).first().pk
    assert stranger.get("api_claims").json() == {"items": [], "next": None}
    for name in ("claim", "claim_invoices", "claim_lines", "claim_bill", "claim_adjudications"):
        problem(stranger.get(f"api_{name}", claim.pk), 404, "not_found")
    problem(stranger.get("api_claim_line_trace", claim.pk, line), 404, "not_found")
    for name in ("acknowledge", "adjudicate", "refuse"):
        problem(stranger.post(f"api_claim_{name}", claim.pk, body={"note": "x"}), 404, "not_found")
    assert Claim.objects.get(pk=claim.pk).state == ClaimState.SENT


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
        if cursor is None:
            break
    assert seen == list(Claim.objects.order_by("sent_at", "pk").values_list("pk", flat=True))


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
    assert {one["name"] for one in lists} == {"cut-reasons", "line-statuses", "claim-states"}
    assert rasa.get("api_code_list", "cut-reasons", **{"If-None-Match": reasons["ETag"]}).status_code == 304
    problem(rasa.get("api_code_list", "nothing"), 404, "not_found")


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
    assert set(steps) == {f"سامانهٔ رسا ({rasa.row.key})"}


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
    assert client.post(reverse("api_client_rotate", args=[row.pk])).context["secret"] != secret
    client.post(reverse("api_client_revoke", args=[row.pk]))
    assert not ApiClient.objects.get().is_open


def test_the_document_names_every_endpoint_in_openapi_31(rasa):
    document = rasa.get("api_schema", query={"format": "json"}).json()
    assert document["openapi"].startswith("3.1")
    assert len(document["paths"]) == 13
    assert "/api/v1/claims/{id}/adjudicate/" in document["paths"]
    assert "insurerClient" in document["components"]["securitySchemes"]


def test_sending_is_what_delivers(cast, rasa):
    world.reviewed(cast)
    frozen = world.frozen(cast)
    sending.send(claim=frozen, by=cast.headquarters, at=AT)
    assert [one["number"] for one in rasa.get("api_claims").json()["items"]] == [frozen.number]
