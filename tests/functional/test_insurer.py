"""A hospital's officers send a claim in a browser; a scripted insurer answers it over HTTP, to the rial."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing.claims.api.scopes import ApiScope
from billing.claims.choices import ClaimState
from billing.claims.models import Claim, ClaimLine
from billing.claims.remittances.models import Remittance
from billing.claims.services import clients, objecting, webhooks
from billing.claims.services.objecting import Against
from billing.claims.tieouts import services as tieouts
from billing.claims.webhooks.choices import SUBSCRIBED
from billing.claims.webhooks.models import InsurerEvent
from insurers.models import Fund
from organisations.choices import PatientCategory
from tests import claim_world as world
from tests.cast import make_cast
from tests.hook_world import Clock, receiving, rounds

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db):
    return make_cast()


class Insurer:
    """A client as an insurer would write it: only the address, its key and its secret."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self.url, self.calls = f"{url}/api/v1", 0
        form = {"grant_type": "client_credentials", "client_id": key, "client_secret": secret}
        request = urllib.request.Request(f"{self.url}/oauth/token", urllib.parse.urlencode(form).encode())
        with urllib.request.urlopen(request) as answer:
            self.token = json.load(answer)["access_token"]

    def get(self, path: str) -> Any:
        return self._call(path)

    def post(self, path: str, body: dict[str, Any], key: str = "") -> Any:
        self.calls += 1
        return self._call(path, body, {"Idempotency-Key": key or f"call-{self.calls}"})

    def pages(self, path: str) -> list[Any]:
        found, cursor = [], ""
        while True:
            page = self.get(f"{path}?limit=2{cursor}")
            found += page["items"]
            if not page["has_more"]:
                return found
            cursor = f"&cursor={page['next']}"

    def _call(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        usual = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", data, usual | (headers or {}))
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            return json.load(refusal)


def test_a_scripted_insurer_takes_a_month_of_claims_from_receipt_to_the_last_line(live_server, cast):
    asked = 0
    for fund in (cast.fund, world.supplementary_fund(cast)):
        if fund == cast.fund:
            for number in range(3):
                world.reviewed(cast, (1_000 + number, 7), (500, 0), (0, 60))
                asked += 1_500 + number
            world.sent(cast)
    client, secret = clients.create(
        insurer=cast.insurer,
        name="رسا",
        scopes=list(ApiScope.values),
        by=cast.headquarters,
        at=timezone.now(),
    )
    insurer = Insurer(live_server.url, client.key, secret)

    claims = insurer.pages("/claims/")
    assert sum(claim["asked"] for claim in claims) == asked
    reasons = {one["code"] for one in insurer.get("/code-lists/cut-reasons/")["codes"]}
    cut = 0
    for claim in claims:
        path = f"/claims/{claim['id']}"
        assert insurer.post(f"{path}/acknowledge/", {"receipt_no": "R-1"}, key="r")["state"] == "acknowledged"
        assert insurer.post(f"{path}/acknowledge/", {"receipt_no": "R-1"}, key="r")["state"] == "acknowledged"
        lines = [line for line in insurer.pages(f"{path}/lines/") if line["status"] == "waiting"]
        first = lines[0]
        wrong = [
            {"line": first["id"], "approved": first["asked"], "cuts": [{"reason": "quantity", "amount": 1}]}
        ]
        refused = insurer.post(f"{path}/adjudicate/", {"lines": wrong})
        assert (refused["status"], refused["errors"][0]["code"]) == (422, "sum_differs")
        right = [
            {
                "line": first["id"],
                "approved": first["asked"] - 9,
                "cuts": [{"reason": "quantity", "amount": 9}],
            }
        ]
        assert "quantity" in reasons
        cut += 9
        assert insurer.post(f"{path}/adjudicate/", {"lines": right})["claim"]["state"] == "in_review"
        done = insurer.post(f"{path}/adjudicate/", {"approve_rest": True})["claim"]
        assert (done["state"], done["asked"], done["cut"]) == ("adjudicated", claim["asked"], 9)
    stored = Claim.objects.all()
    assert sum(c.approved for c in stored) == asked - cut
    assert sum(ClaimLine.objects.values_list("approved", flat=True)) == asked - cut


@pytest.mark.parametrize("fails", [False, True], ids=["listening", "failing half the time"])
def test_a_month_from_receipt_to_the_last_rial(live_server, cast, fails):
    """Receipt, partial answers, on account, settlement, objection, answer, the rest paid: all told, all adding up."""
    client, secret = clients.create(
        insurer=cast.insurer,
        name="رسا",
        scopes=list(ApiScope.values),
        by=cast.headquarters,
        at=timezone.now(),
    )
    with receiving() as receiver:
        if fails:
            receiver.answers = lambda number: 503 if number % 2 == 0 else 200
        endpoint, receiver.secret = webhooks.create(
            client=client, url=receiver.url, types=list(SUBSCRIBED), by=cast.headquarters, at=timezone.now()
        )
        for number in range(4):
            fund = Fund.objects.create(
                insurer=cast.insurer, code=f"f{number}", name=f"صندوق {number}", category=PatientCategory.FREE
            )
            for extra in range(3):
                world.reviewed(cast, (1_000 + number, 7), (500 + extra, 0), (0, 60), fund=fund)
            world.sent(cast, fund=fund)
        clock = Clock(timezone.now())
        rounds(endpoint, clock)
        insurer = Insurer(live_server.url, client.key, secret)
        told = [one["data"]["claim"] for one in receiver.taken().values()]
        claims = insurer.pages("/claims/")
        assert sorted(told) == sorted(one["id"] for one in claims)

        paid = 0
        for number, claim in enumerate(claims):
            path = f"/claims/{claim['id']}"
            insurer.post(f"{path}/acknowledge/", {})
            on_account = claim["asked"] * 6 // 10
            body = {"reference": f"A-{number}", "paid_on": "2025-10-12", "kind": "on_account", "amount": on_account,
                    "lines": [{"claim_no": claim["number"], "amount": on_account}]}  # fmt: skip
            assert insurer.post("/remittances/", body)["matched"] == on_account
            assert insurer.post("/remittances/", body)["reference"] == f"A-{number}"
            paid += on_account
            lines = [line for line in insurer.pages(f"{path}/lines/") if line["status"] == "waiting"]
            cuts = [
                {"line": line["id"], "approved": line["asked"] - 90,
                 "cuts": [{"reason": "tariff", "amount": 30}, {"reason": "documents", "amount": 60}]}
                for line in lines[:2]
            ]  # fmt: skip
            assert insurer.post(f"{path}/adjudicate/", {"lines": cuts})["claim"]["state"] == "in_review"
            done = insurer.post(f"{path}/adjudicate/", {"approve_rest": True})["claim"]
            rest = done["approved"] - on_account
            body = {"reference": f"S-{number}", "paid_on": "2025-12-12", "kind": "settlement", "amount": rest,
                    "lines": [{"claim_no": claim["number"], "amount": rest}]}  # fmt: skip
            assert insurer.post("/remittances/", body)["matched"] == rest
            paid += rest
            assert insurer.get(f"{path}/")["state"] == "settled"

        for claim in Claim.objects.order_by("pk"):
            cut = objecting.lines_open(claim).order_by("pk")
            row = objecting.begin(
                claim=claim, text="مدارک کامل بود", against=[Against(line.pk, 90) for line in cut],
                by=cast.officer, at=timezone.now(),
            )  # fmt: skip
            objecting.submit(objection=row, by=cast.officer, at=timezone.now())
            objecting.send(objection=row, by=cast.second_headquarters, at=timezone.now())
        clock.now = max(clock.now, timezone.now())
        rounds(endpoint, clock)
        filed = [one for one in receiver.taken().values() if one["type"] == "objection.filed"]
        objections = insurer.pages("/objections/")
        assert sorted(one["data"]["objection"] for one in filed) == [one["id"] for one in objections]

        back = 0
        for number, objection in enumerate(objections):
            first, second = insurer.pages(f"/objections/{objection['id']}/lines/")
            path = f"/objections/{objection['id']}/answer/"
            part = insurer.post(path, {"lines": [{"line": first["line"], "accepted": 75}]})
            assert (part["state"], part["accepted"]) == ("sent", 75)
            done = insurer.post(path, {"lines": [{"line": second["line"], "accepted": 0, "note": "تکراری"}]})
            assert (done["state"], done["accepted"]) == ("answered", 75)
            assert insurer.get(f"/claims/{objection['claim']}/")["state"] == "adjudicated"
            body = {"reference": f"O-{number}", "paid_on": "2026-01-12", "kind": "settlement", "amount": 75,
                    "lines": [{"line": first["line"], "amount": 75}]}  # fmt: skip
            assert insurer.post("/remittances/", body)["matched"] == 75
            back += 75
        assert len(set(receiver.ids)) == InsurerEvent.objects.count() == 8
        # Later tries are made ahead of this machine's clock, which the library would not believe.
        assert len(receiver.messages) > 8 if fails else all(receiver.verified())

    approved = 0
    for claim in Claim.objects.all():
        assert claim.state == ClaimState.SETTLED
        assert claim.asked - claim.approved == 180 - 75
        approved += claim.approved
    lines = ClaimLine.objects.all()
    money = Remittance.objects.all()
    assert paid + back == approved == sum(line.paid for line in lines) == sum(row.matched for row in money)
    assert sum(row.amount for row in money) == approved
    assert all(row.unmatched == row.advance == 0 for row in money)
    run = tieouts.run(organisation=cast.organisation, at=timezone.now())
    assert {row.paid for row in run.rows.all()} == {approved}


def sign_in(page: Page, url: str, person: Any) -> None:
    """The session of a person in the browser."""
    session = Client()
    session.force_login(person)
    name = django_settings.SESSION_COOKIE_NAME
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": session.cookies[name].value, "url": url}])


@pytest.mark.browser
def test_two_officers_bring_a_claim_to_the_insurer_in_a_browser(page: Page, live_server, cast):
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    bill = world.reviewed(cast, (1_000, 7))
    claim, url = world.begun(cast), live_server.url
    address = f"{url}{reverse('claim', args=[claim.pk])}"

    sign_in(page, url, cast.officer)
    page.goto(f"{url}{reverse('claims')}")
    page.get_by_role("link", name=re.compile("پیش‌نویس")).click()
    page.get_by_role("button", name="نهایی‌کردن").click()
    expect(page.locator("main")).to_contain_text("منتظر همکار")

    sign_in(page, url, world.colleague(cast))
    page.goto(address)
    page.get_by_role("button", name="ارسال به بیمه‌گر").click()
    page.get_by_label("شمارهٔ نامه").fill("۱۲/ص")
    page.get_by_role("button", name="ارسال", exact=True).click()
    expect(page.locator(".head-badges")).to_contain_text("ارسال‌شده")

    sign_in(page, url, cast.insurer_expert)
    page.goto(f"{url}{reverse('claims')}")
    page.get_by_role("link", name=re.compile("۱۴۰")).first.click()
    page.get_by_role("button", name="رسید می‌دهم").click()
    page.get_by_role("button", name="ثبت رسید").click()
    expect(page.locator(".head-badges")).to_contain_text("رسید داده شد")
    page.get_by_role("link", name="همهٔ سطرها").click()
    page.locator("main tbody a.row-link").first.click()
    page.wait_for_url(f"**{reverse('invoice', args=[bill.pk])}?line=1")
    assert Claim.objects.get(pk=claim.pk).state == ClaimState.ACKNOWLEDGED
    assert said == []
