"""Signing in with a code of a telephone, in a real browser: enrolling, coming back, the lost telephone."""

from __future__ import annotations

import base64
import re

import pytest
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect

from core.models import AuditEvent
from tests.cast import make_cast
from tests.functional.test_journey import PASSWORD, Watch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db):
    cast = make_cast()
    cast.headquarters.set_password(PASSWORD)
    cast.headquarters.save()
    return cast


def give_password(page: Page, url: str) -> None:
    page.goto(url)
    page.fill("[name=username]", "hoda")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")


def sign_out(page: Page) -> None:
    page.click(".menu > summary")
    page.get_by_role("button", name="خروج").click()
    page.wait_for_url("**/sign-in/")


def code(key: str, *, steps: int = 0) -> str:
    return f"{totp(bytes.fromhex(key), t0=-30 * steps):06}"


def test_a_member_of_headquarters_enrols_comes_back_with_a_code_and_survives_a_lost_telephone(
    page: Page, live_server, cast, settings
):
    settings.SECOND_FACTOR_ROLES = ["headquarters"]
    watch, url = Watch(page), live_server.url

    # No page opens before a telephone is enrolled.
    give_password(page, url)
    page.wait_for_url("**/account/second-factor/")
    page.goto(f"{url}{reverse('audit')}")
    page.wait_for_url("**/account/second-factor/")
    expect(page.locator(".qr svg")).to_be_visible()

    # The key that the page shows is the one the telephone gets.
    shown = page.locator("code.secret").inner_text().replace(" ", "")
    key = base64.b32decode(shown).hex()
    page.fill("[name=code]", "123")
    page.keyboard.press("Enter")
    expect(page.locator(".field-error")).to_contain_text("کد درست نیست")
    page.fill("[name=code]", code(key, steps=-1))
    page.keyboard.press("Enter")
    codes = page.locator(".codes code")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    page.get_by_role("link", name="نگه داشتم، ادامه").click()
    page.wait_for_url(f"{url}/")

    # The next time the password is half of it.
    sign_out(page)
    give_password(page, f"{url}{reverse('audit')}")
    page.wait_for_url("**/sign-in/code/")
    page.fill("[name=code]", code(key))
    page.keyboard.press("Enter")
    page.wait_for_url("**/audit/")

    # Without the telephone, a recovery code does once.
    sign_out(page)
    give_password(page, url)
    page.wait_for_url("**/sign-in/code/")
    page.fill("[name=code]", recovery)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/")
    page.goto(f"{url}{reverse('second_factor')}")
    expect(page.locator("main .facts").first).to_contain_text("۹")
    page.goto(f"{url}{reverse('account')}")
    expect(page.locator("main tbody tr")).to_have_count(1)

    assert TOTPDevice.objects.get().user == cast.headquarters
    assert AuditEvent.objects.filter(action="recovery_code.used").count() == 1
    assert [said for said in watch.said if not re.search("favicon", said)] == []
