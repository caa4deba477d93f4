"""From the empty form to the published rate, on the pages."""

import pytest
from django.urls import reverse
from django.utils import timezone

from core import jalali
from tariffs.models import Circular, ConversionFactor, FixedPrice, ServiceValue
from tests import factories
from tests import tariff_world as world


@pytest.fixture
def circular(cast):
    return Circular.objects.create(organisation=cast.organisation, number="9", title="بخشنامهٔ نو")


FACTOR = {
    "sector": 1, "component": 1, "code_class": 0, "code_group": 0, "setting": 0, "physician_status": 0,
    "amount": "۳۱۰٬۰۰۰", "valid_from": "۱۴۰۳/۰۱/۰۱", "valid_to": "1403/12/30", "confidence": 1,
}  # fmt: skip


def test_a_rate_goes_from_form_to_published(client, cast, circular):
    client.force_login(cast.headquarters)
    new = reverse("rate_new", args=["factor"])
    assert client.post(new, FACTOR | {"circular": circular.pk}).url == reverse("circular", args=[circular.pk])
    draft = ConversionFactor.objects.get()
    assert (draft.amount, draft.valid.upper.isoformat()) == (310_000, "2025-03-21")
    page = client.get(reverse("circular", args=[circular.pk]))
    assert page.context["reviews"][0].draft == draft
    publish = reverse("circular_publish", args=[circular.pk])
    assert "خودتان" in client.post(publish, {"draft": f"factor-{draft.pk}"}, follow=True).content.decode()
    client.force_login(cast.second_headquarters)
    assert "منتشر شد" in client.post(publish, {"draft": f"factor-{draft.pk}"}, follow=True).content.decode()
    draft.refresh_from_db()
    assert draft.status == "published"
    edit = reverse("rate_edit", args=["factor", draft.pk])
    assert client.get(edit).status_code == 404


def test_a_correction_starts_from_the_published_row(client, cast, circular):
    world.tariff()
    value = ServiceValue.objects.get(service__code="100005")
    client.force_login(cast.headquarters)
    form = client.get(reverse("rate_new", args=["value"]), {"from": value.pk}).context["form"]
    assert form["professional_milli"].value() == "۳٫۸"
    assert form["service"].value() == "3/100005"
    assert form["valid_to"].value() == "۱۴۰۳/۱۲/۳۰"


@pytest.mark.parametrize("kind", ["value", "factor", "price", "parameter", "coverage", "supplementary"])
def test_every_kind_has_a_form_and_a_list(client, cast, kind):
    world.tariff()
    world.coverage(cast.fund)
    client.force_login(cast.headquarters)
    assert client.get(reverse("rate_new", args=[kind])).status_code == 200
    listing = "coverage" if kind in ("coverage", "supplementary") else "rates"
    assert client.get(reverse(listing, args=[kind]), {"on": "1403/07/01", "q": "1"}).status_code == 200
    export = client.get(reverse(listing, args=[kind]), {"export": "xlsx"})
    assert b"".join(export.streaming_content)[:2] == b"PK"


def test_a_price_is_entered_by_the_services_code(client, cast, circular):
    world.service("990001", 3, 5)
    client.force_login(cast.headquarters)
    data = {
        "circular": circular.pk, "service": "۹۹۰۰۰۱", "sector": 1, "grade": 1, "setting": 0, "physician_status": 0,
        "amount": "5,109,000", "rounding_step": 1, "valid_from": "1403/01/01", "confidence": 2,
    }  # fmt: skip
    client.post(reverse("rate_new", args=["price"]), data)
    price = FixedPrice.objects.get()
    assert (price.amount, price.valid.upper, price.organisation) == (5_109_000, None, cast.organisation)


def test_what_is_wrong_is_said_on_the_form(client, cast, circular):
    client.force_login(cast.headquarters)
    bad = FACTOR | {"circular": circular.pk, "valid_to": "1402/12/29", "amount": "ده"}
    errors = client.post(reverse("rate_new", args=["factor"]), bad).context["form"].errors
    assert set(errors) == {"valid_to", "amount"}
    assert not ConversionFactor.objects.exists()


def test_another_organisations_circular_cannot_be_chosen(client, cast, circular):
    client.force_login(cast.other_headquarters)
    page = client.post(reverse("rate_new", args=["factor"]), FACTOR | {"circular": circular.pk})
    assert "circular" in page.context["form"].errors


def test_a_service_shows_what_was_known_on_a_day(client, cast):
    world.tariff()
    service = ServiceValue.objects.get(service__code="100005").service
    client.force_login(cast.auditor)

    def holding(day):
        page = client.get(reverse("service", args=[service.pk]), {"known": day})
        return [
            one["holds"] for kind, rows in page.context["versions"] for one in rows if kind.slug == "value"
        ]

    assert holding("1402/12/01") == [False]
    assert holding("1403/01/01") == [True]


def test_suggestions_are_the_first_matches(client, cast):
    world.tariff()
    ServiceValue.objects.get(service__code="100005").service.__class__.objects.update(search="100 خدمت")
    client.force_login(cast.officer)
    page = client.get(reverse("service_suggest"), {"line-0-service": "خدمت"})
    assert 0 < page.content.decode().count("<option") <= 15


def test_lists_take_as_many_queries_for_many_as_for_few(
    client, cast, circular, django_assert_max_num_queries
):
    client.force_login(cast.headquarters)
    world.tariff()
    url = reverse("rates", args=["value"])
    with django_assert_max_num_queries(8):
        client.get(url)
    with django_assert_max_num_queries(30):
        client.get(reverse("circular", args=[Circular.objects.get(number="A").pk]))


def test_an_insurer_sees_the_coverage_of_its_own_funds(client, cast):
    world.coverage(cast.fund)
    world.coverage(factories.fund(cast.organisation, 1))
    client.force_login(cast.insurer_expert)
    page = client.get(reverse("coverage"))
    assert [rate.fund for rate, _, _ in page.context["rows"]] == [cast.fund]
    assert list(page.context["funds"]) == [cast.fund]


def test_lists_open_on_the_newest_day_that_has_factors(client, cast):
    """Set A ends with 1403: without a day the tariff and the calculator open on its last day and offer today."""
    world.tariff()
    last = jalali.from_parts(1403, 12, 30)
    client.force_login(cast.headquarters)
    page = client.get(reverse("tariffs"))
    assert page.context["place"].on == last
    assert "۳۰ اسفند ۱۴۰۳" in page.content.decode()
    today = jalali.text(timezone.localdate())
    asked = client.get(reverse("tariffs"), {"on": today})
    assert (asked.context["place"].on, asked.context["today"]) == (timezone.localdate(), None)
    calculator = client.get(reverse("calculator"))
    assert calculator.context["form"].initial["service_on"] == last == calculator.context["newest_day"]
    on_today = client.get(reverse("calculator"), {"day": "today"})
    assert on_today.context["form"].initial["service_on"] == timezone.localdate()
    assert on_today.context["newest_day"] is None


def test_the_newest_day_is_today_while_a_rate_holds(cast):
    world.tariff()
    factors = ConversionFactor.objects.standing()
    assert factors.newest_day(world.DAY) == world.DAY
    assert factors.newest_day(jalali.from_parts(1405, 9, 1)) == jalali.from_parts(1403, 12, 30)
    assert factors.newest_day(jalali.from_parts(1390, 1, 1)) is None
