"""Physicians' new status: who has to be told, and the letters that did."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone

from billing.models import InvoiceLine
from core import jalali
from core.errors import InvalidInput
from organisations.choices import PhysicianStatus
from organisations.models import Physician, PhysicianTenure
from oversight.models import StatusLetter, StatusNotice
from oversight.services import physicians
from tests import claim_world as world
from tests.sending_world import DAY

pytestmark = pytest.mark.django_db
CHANGED = DAY - dt.timedelta(days=20)
FULL, OTHER = PhysicianStatus.FULL_TIME, PhysicianStatus.OTHER


def physician(cast, *statuses, council_no="91"):
    """With statuses of (status, first day, day after the last)."""
    one = Physician.objects.create(organisation=cast.organisation, council_no=council_no, name="دکتر نمونه")
    for status, first, after in statuses:
        PhysicianTenure.objects.create(physician=one, status=status, valid=DateRange(first, after))
    return one


def served(cast, who, *, on=DAY, centre=None, fund=None):
    bill = world.reviewed(cast, centre=centre, fund=fund)
    InvoiceLine.objects.filter(invoice_id=bill.pk).update(physician=who, service_on=on)
    return bill


@pytest.fixture
def left(cast):
    return physician(cast, (FULL, dt.date(2020, 1, 1), CHANGED), (OTHER, CHANGED, None))


def find(cast):
    return physicians.find(organisation_id=cast.organisation.pk, at=world.AT)


def test_each_insurer_that_paid_for_the_physician_at_a_centre_is_to_be_told_once(cast, left):
    served(cast, left)
    served(cast, left)
    served(cast, left, centre=cast.neighbour_hospital)
    served(cast, left, fund=world.supplementary_fund(cast))
    assert find(cast) == 3
    assert find(cast) == 0
    found = set(StatusNotice.objects.values_list("centre", "insurer__code", "before", "status", "changed_on"))
    assert found == {
        (cast.hospital.pk, "tamin", FULL, OTHER, CHANGED),
        (cast.neighbour_hospital.pk, "tamin", FULL, OTHER, CHANGED),
        (cast.hospital.pk, "iran", FULL, OTHER, CHANGED),
    }


def test_what_is_no_change_or_long_ago_opens_nothing(cast):
    gap = physician(
        cast, (FULL, dt.date(2020, 1, 1), dt.date(2025, 1, 1)), (OTHER, CHANGED, None), council_no="1"
    )
    same = physician(cast, (FULL, dt.date(2020, 1, 1), CHANGED), (FULL, CHANGED, None), council_no="2")
    first = physician(cast, (OTHER, CHANGED, None), council_no="3")
    later = DAY + dt.timedelta(days=2)
    future = physician(cast, (FULL, dt.date(2020, 1, 1), later), (OTHER, later, None), council_no="4")
    for who in (gap, same, first, future):
        served(cast, who)
    idle = physician(cast, (FULL, dt.date(2020, 1, 1), CHANGED), (OTHER, CHANGED, None), council_no="5")
    served(cast, idle, on=CHANGED - dt.timedelta(days=400))
    assert find(cast) == 0


def test_a_letter_closes_the_notices_of_one_insurer_and_keeps_its_proof(cast, left, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    served(cast, left)
    served(cast, left, fund=world.supplementary_fund(cast))
    find(cast)
    both = list(StatusNotice.objects.select_related("insurer"))
    said = {"number": "۷/پ", "on": DAY, "by": cast.officer, "at": world.AT}
    with pytest.raises(InvalidInput, match="یک بیمه‌گر"):
        physicians.tell(notices=both, **said)
    upload = SimpleUploadedFile("نامه.pdf", b"%PDF-1.7 letter")
    letter, outcomes = physicians.tell(notices=both[:1], upload=upload, **said)
    assert [one.is_done for one in outcomes] == [True]
    assert (letter.file_name, len(letter.sha256)) == ("نامه.pdf", 64)
    assert StatusNotice.objects.open().count() == 1
    days = StatusNotice.objects.with_days(DAY + dt.timedelta(days=5)).order_by("pk")
    assert {bool(n.letter_id): n.days for n in days} == {True: 20, False: 25}
    again = list(StatusNotice.objects.filter(pk=both[0].pk).select_related("insurer"))
    kept, outcomes = physicians.tell(notices=again, **said | {"number": "۸/پ"})
    assert (kept, outcomes[0].is_done, outcomes[0].text) == (None, False, "پیش‌تر اعلام شده است.")


def test_wrong_letters_are_refused(cast, left):
    served(cast, left)
    find(cast)
    (notice,) = StatusNotice.objects.select_related("insurer")
    said = {"notices": [notice], "number": "۷", "on": DAY, "by": cast.officer, "at": world.AT}
    with pytest.raises(InvalidInput, match="جلوتر"):
        physicians.tell(**said | {"on": DAY + dt.timedelta(days=1)})
    with pytest.raises(InvalidInput, match="PDF"):
        physicians.tell(**said, upload=SimpleUploadedFile("a.pdf", b"MZ"))
    _, outcomes = physicians.tell(**said | {"on": CHANGED - dt.timedelta(days=1)})
    assert "پیش از تاریخ تغییر" in outcomes[0].text
    assert not StatusLetter.objects.exists()


def test_told_notices_and_letters_stay(cast, left):
    served(cast, left)
    find(cast)
    (notice,) = StatusNotice.objects.select_related("insurer")
    letter, _ = physicians.tell(notices=[notice], number="۷", on=DAY, by=cast.officer, at=world.AT)
    for change in (
        lambda: StatusNotice.objects.update(letter=None),
        lambda: StatusNotice.objects.all().delete(),
        lambda: StatusLetter.objects.update(on=CHANGED),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            change()
    notice.refresh_from_db()
    assert notice.letter_id == letter.pk


@pytest.mark.pdf
def test_the_page_takes_a_letter_and_shows_it_to_its_own_hospital_only(
    client, cast, left, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    served(cast, left, on=timezone.localdate())
    PhysicianTenure.objects.all().delete()
    today = timezone.localdate()
    for status, valid in ((FULL, DateRange(dt.date(2020, 1, 1), today)), (OTHER, DateRange(today, None))):
        PhysicianTenure.objects.create(physician=left, status=status, valid=valid)
    physicians.find(organisation_id=cast.organisation.pk, at=timezone.now())
    (notice,) = StatusNotice.objects.all()
    client.force_login(cast.officer)
    sent = {"notices": [notice.pk], "number": "۹", "on": jalali.text(today), "receipt_no": "۴۴"}
    sent["upload"] = SimpleUploadedFile("n.pdf", b"%PDF-1.7")
    page = client.post(reverse("status_tell"), sent, follow=True)
    assert "اعلام شد" in page.content.decode()
    letter = StatusLetter.objects.get()
    assert client.get(reverse("status_letter", args=[letter.pk]))["Content-Type"] == "application/pdf"
    proof = client.get(reverse("status_proof", args=[letter.pk]))
    assert b"".join(proof.streaming_content) == b"%PDF-1.7"
    assert client.get(reverse("status_notices"), {"state": "all", "export": "xlsx"}).status_code == 200
    client.force_login(cast.neighbour)
    assert client.get(reverse("status_letter", args=[letter.pk])).status_code == 404
    assert not client.get(reverse("status_notices"), {"state": "all"}).context["notices"]
