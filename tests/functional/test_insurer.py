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
from billing.claims.services import clients
from tests import claim_world as world
from tests.cast import make_cast

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
