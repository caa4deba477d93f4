"""Codes of a telephone beside the password: enrolling, signing in, losing the telephone."""

import base64
import datetime as dt
import time

import pytest
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP, totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.errors import InvalidInput, NotAllowed
from core.models import AuditEvent
from organisations.models import RecoveryCode
from organisations.services import second_factor

AT = dt.datetime(2025, 11, 10, 8, 0, tzinfo=dt.UTC)
PASSWORD = "کبوتر-سفید-۱۴۰۳"
REGIONS = "/regions/"


def code_of(key: str, *, steps: int = 0) -> str:
    """What the telephone shows so many half-minutes from now."""
    return f"{totp(bytes.fromhex(key), t0=-30 * steps):06}"


@pytest.fixture
def hoda(cast):
    cast.headquarters.set_password(PASSWORD)
    cast.headquarters.save()
    return cast.headquarters


@pytest.fixture
def key(hoda):
    """The key of Hoda's telephone; its present code is used up by enrolling."""
    key = second_factor.new_key()
    second_factor.enrol(user=hoda, key=key, code=code_of(key, steps=-1), by=hoda, at=AT)
    return key


def half_way(client=None):
    """A browser that has given the right password."""
    client = client or Client()
    answer = client.post(f"{reverse('login')}?next={REGIONS}", {"username": "hoda", "password": PASSWORD})
    assert answer.url == reverse("login_code")
    return client


def give(client, code):
    return client.post(reverse("login_code"), {"code": code})


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, 94287082), (1111111109, 7081804), (1234567890, 89005924), (20000000000, 65353130)],
)
def test_codes_are_those_of_rfc_6238(seconds, code):
    """Appendix B of the RFC, SHA-1, eight digits."""
    machine = TOTP(b"12345678901234567890", digits=8)
    machine.time = seconds
    assert machine.token() == code


# ---------------------------------------------------------------- signing in


def test_the_password_alone_opens_nothing(hoda, key):
    client = half_way()
    assert client.get(REGIONS).url.startswith(reverse("login"))
    answer = give(client, code_of(key))
    assert answer.url == REGIONS
    assert client.get(REGIONS).status_code == 200
    assert AuditEvent.objects.filter(action="session.began").latest("pk").after["second_factor"] is True


def test_persian_digits_and_spaces_are_read(hoda, key):
    code = code_of(key).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert give(half_way(), f"{code[:3]} {code[3:]}").status_code == 302


def test_a_code_is_taken_once(hoda, key):
    code = code_of(key)
    assert give(half_way(), code).status_code == 302
    assert give(half_way(), code).status_code == 200


def test_wrong_codes_make_the_next_one_wait(hoda, key):
    client = half_way()
    assert "کد درست نیست" in give(client, "000000").content.decode()
    answer = give(client, code_of(key)).content.decode()
    assert "درنگ" in answer
    assert client.get(REGIONS).status_code == 302


def test_the_code_page_opens_for_nobody_without_a_password_and_not_for_long(hoda, key):
    assert give(Client(), code_of(key)).url == reverse("login")
    client = half_way()
    session = client.session
    session["half_way"] |= {"since": int(time.time()) - 301}
    session.save()
    assert give(client, code_of(key)).url == reverse("login")


def test_other_systems_do_not_get_around_it_with_the_password_alone(hoda, key, client):
    credentials = base64.b64encode(f"hoda:{PASSWORD}".encode()).decode()
    answer = client.post(reverse("price_preview"), headers={"authorization": f"Basic {credentials}"})
    assert answer.status_code == 403
    second_factor.reset(user=hoda, by=hoda.__class__(pk=0, username="x"), at=AT)
    answer = client.post(reverse("price_preview"), headers={"authorization": f"Basic {credentials}"})
    assert answer.status_code == 415


# ---------------------------------------------------------------- recovery codes


def test_a_recovery_code_stands_in_once_and_is_kept_only_as_a_digest(hoda):
    key = second_factor.new_key()
    codes = second_factor.enrol(user=hoda, key=key, code=code_of(key), by=hoda, at=AT)
    assert len(set(codes)) == 10
    assert not RecoveryCode.objects.filter(digest__in=[*codes, *(c.replace("-", "") for c in codes)]).exists()
    assert give(half_way(), codes[0].upper()).status_code == 302
    client = half_way()
    assert give(client, codes[0]).status_code == 200
    assert AuditEvent.objects.filter(action="recovery_code.used").count() == 1


def test_new_recovery_codes_end_the_old(hoda, key):
    codes = second_factor.renew_recovery_codes(user=hoda, code=code_of(key), by=hoda, at=AT)
    assert RecoveryCode.objects.filter(user=hoda).count() == 10
    assert second_factor.accepted(hoda, codes[3], at=AT)


def test_a_wrong_code_is_counted_although_the_act_is_refused(hoda, key):
    with pytest.raises(InvalidInput):
        second_factor.remove(user=hoda, code="000000", by=hoda, at=AT)
    assert TOTPDevice.objects.get(user=hoda).throttling_failure_count == 1


# ---------------------------------------------------------------- who has to


def test_a_role_that_needs_it_opens_no_page_before(hoda, settings):
    settings.SECOND_FACTOR_ROLES = ["headquarters"]
    client = Client()
    client.post(reverse("login"), {"username": "hoda", "password": PASSWORD})
    for address in (REGIONS, "/", reverse("account"), reverse("audit")):
        assert client.get(address).url == reverse("second_factor"), address
    assert client.post(reverse("price_preview")).status_code == 403
    page = client.get(reverse("second_factor"))
    assert "<svg" in page.content.decode()
    key = client.session["offered_key"]
    assert "کد درست نیست" in client.post(reverse("second_factor"), {"code": "000000"}).content.decode()
    assert client.post(reverse("second_factor"), {"code": code_of(key)}).status_code == 302
    shown = client.get(reverse("second_factor")).context["fresh_codes"]
    assert len(shown) == 10
    assert client.get(reverse("second_factor")).context["fresh_codes"] is None
    assert client.get(REGIONS).status_code == 200


def test_other_roles_and_the_exempt_are_not_asked(client, cast, settings):
    settings.SECOND_FACTOR_ROLES = ["headquarters"]
    client.force_login(cast.officer)
    assert client.get(REGIONS).status_code == 200
    cast.headquarters.second_factor_exempt = True
    cast.headquarters.save()
    client.force_login(cast.headquarters)
    assert client.get(REGIONS).status_code == 200


def test_a_session_from_before_signs_in_anew(hoda, key, settings, client):
    settings.SECOND_FACTOR_ROLES = ["headquarters"]
    client.force_login(hoda)
    assert client.get(REGIONS).url == reverse("second_factor")
    assert client.get(reverse("second_factor")).url == reverse("login")
    assert "_auth_user_id" not in client.session


def test_enrolling_ends_the_other_sessions(hoda):
    elsewhere, here = Client(), Client()
    for client in (elsewhere, here):
        client.force_login(hoda)
    here.get(reverse("second_factor"))
    here.post(reverse("second_factor"), {"code": code_of(here.session["offered_key"])})
    assert [c.get(REGIONS).status_code for c in (here, elsewhere)] == [200, 302]


def test_the_telephone_is_taken_off_with_a_code(hoda, key):
    client = half_way()
    give(client, code_of(key))
    assert client.post(reverse("second_factor_remove"), {"code": "000000"}).status_code == 200
    TOTPDevice.objects.update(throttling_failure_timestamp=None)
    client.post(reverse("second_factor_remove"), {"code": code_of(key, steps=1)})
    assert second_factor.device_of(hoda) is None


def test_a_colleague_resets_a_lost_telephone_and_never_the_own(hoda, key, cast):
    with pytest.raises(NotAllowed):
        second_factor.reset(user=hoda, by=hoda, at=AT)
    second_factor.reset(user=hoda, by=cast.second_headquarters, at=AT)
    assert second_factor.device_of(hoda) is None
    assert not hoda.recovery_codes.exists()
    event = AuditEvent.objects.get(action="second_factor.reset")
    assert (event.by_name, event.target_id) == ("homa", str(hoda.pk))
