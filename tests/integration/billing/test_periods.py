"""A closed month takes no more movements: through the service, a command, SATA and raw SQL."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.choices import Cause, DeliveryKind
from billing.models import Balance, ClosedMonth, InvoiceLine, LockException, Movement
from billing.pipeline.compare import ChangedMeanwhile
from billing.services import ledger, periods
from budgets.choices import BudgetComponent
from budgets.services import drill, run_budget, verify_run
from core import jobs
from core.errors import DomainError, InvalidInput
from core.models import AuditEvent
from tests import tariff_world as world
from tests.months import ABAN, AZAR, LATER, MEHR, assert_whole, booked, close, hospital_of, load

pytestmark = pytest.mark.django_db


@pytest.fixture
def hospital(cast):
    return hospital_of(cast)


# ---------------------------------------------------------------- where a change is booked


def test_a_correction_of_a_closed_month_is_a_delta_in_the_next_open_one_with_its_origin(cast, hospital):
    load(hospital, 1)
    close(cast)
    load(hospital, 3)
    assert booked() == {(MEHR, MEHR): 147_000, (ABAN, MEHR): 294_000}
    assert InvoiceLine.objects.get().amount == 441_000
    assert_whole()


def test_a_new_invoice_of_a_closed_month_is_booked_in_the_first_month_that_is_open(cast, hospital):
    for month in (MEHR, ABAN, 140310):
        close(cast, month)
    load(hospital, 1)
    assert booked() == {(AZAR, MEHR): 147_000}
    assert_whole()


def test_after_esfand_comes_farvardin(cast, hospital):
    at = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
    day = dt.date(2025, 3, 10)  # 20 Esfand 1403
    close(cast, 140312, at=at)
    load(hospital, 1, at=at, on=day)
    assert booked() == {(140401, 140312): 147_000}
    assert_whole()


def test_another_hospitals_month_stays_open(cast, hospital):
    close(cast, centre=cast.neighbour_hospital)
    load(hospital, 1)
    assert booked() == {(MEHR, MEHR): 147_000}


def test_after_opening_again_changes_are_booked_in_their_own_month(cast, hospital):
    load(hospital, 1)
    row = close(cast)
    load(hospital, 2)
    periods.ask_to_reopen(closed=[row], reason="اشتباه", by=cast.headquarters, at=LATER)
    (outcome,) = periods.reopen(asked=[row], by=cast.second_headquarters, at=LATER)
    assert outcome.is_done
    load(hospital, 4)
    assert booked() == {(MEHR, MEHR): 3 * 147_000, (ABAN, MEHR): 147_000}
    assert_whole()
    close(cast)  # a second time
    assert ClosedMonth.objects.count() == 2


def test_an_invoice_that_leaves_a_closed_month_moves_both_ways_in_the_open_one(cast, hospital):
    load(hospital, 1)
    close(cast)
    load(hospital, 1, on=dt.date(2024, 10, 25))  # 4 Aban
    assert booked() == {(MEHR, MEHR): 147_000, (ABAN, MEHR): -147_000, (ABAN, ABAN): 147_000}
    assert_whole()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(1, 4), st.sampled_from([0, 20, 50, 80]), st.booleans()),
        min_size=2, max_size=6,
    )
)  # fmt: skip
def test_whatever_is_closed_in_between_the_ledger_is_whole(cast, hospital, steps):
    with transaction.atomic():
        for number, quantity, days, then_close in steps:
            load(hospital, quantity, number=number, on=world.DAY + dt.timedelta(days=days))
            if then_close:
                day = Movement.objects.latest("pk").origin_month
                if not ClosedMonth.objects.live().filter(month=day, centre=hospital).exists():
                    close(cast, day)
        assert_whole()
        assert not Movement.objects.filter(month__lt=F("origin_month")).exists()
        transaction.set_rollback(True)


# ---------------------------------------------------------------- the chain stays whole


def test_a_budget_figure_leads_to_movements_of_another_month_and_to_their_lines(cast, hospital):
    load(hospital, 1)
    close(cast)
    load(hospital, 3)
    run = run_budget(organisation=cast.organisation, fiscal_year=1403, by=None, at=LATER)
    assert verify_run(run).holds
    figures = {f.month: f.amount for f in run.figures.filter(component=BudgetComponent.COMPANY)}
    assert figures == {MEHR: 147_000, ABAN: 294_000}
    found = drill.movements_of(
        run, region_id=cast.region.pk, component=BudgetComponent.COMPANY, narrowed={"month": ABAN}
    )
    (moved,) = found
    assert (moved.value, moved.origin_month, moved.is_moved) == (294_000, MEHR, True)
    lines = drill.lines_of(moved, component=BudgetComponent.COMPANY, limit=10)
    assert sorted(line.effect for line in lines) == [-147_000, 441_000]
    assert drill.total_of_lines(moved, component=BudgetComponent.COMPANY) == (2, 294_000)
    (group,) = drill.groups_of(found, "origin")
    assert (group.value, group.label, group.amount) == (MEHR, "مهر ۱۴۰۳", 294_000)


def test_the_pages_of_a_moved_movement_say_the_month_it_comes_from(cast, hospital, client):
    load(hospital, 1)
    close(cast)
    load(hospital, 3)
    run = run_budget(organisation=cast.organisation, fiscal_year=1403, by=None, at=LATER)
    client.force_login(cast.headquarters)
    args = [run.pk, cast.region.pk, BudgetComponent.COMPANY.value]
    movements = client.get(reverse("budget_movements", args=args)).content.decode()
    assert "از مهر ۱۴۰۳" in movements
    moved = Movement.objects.exclude(month=F("origin_month")).exclude(amount=0).get()
    lines = client.get(reverse("budget_lines", args=[*args, moved.pk])).content.decode()
    assert "هنگام این تغییر بسته بود" in lines
    assert "بخشی از این حرکت سطر تازه ندارد" not in lines
    by_origin = client.get(reverse("budget_component", args=args) + "?by=origin").content.decode()
    assert "ماه اصلی" in by_origin


def test_healing_looks_at_the_month_booked_and_at_the_month_of_origin(cast, hospital):
    load(hospital, 1)
    close(cast)
    last = ledger.last_movement()
    load(hospital, 3)
    assert ledger.changed_since(last) == {(hospital.pk, MEHR), (hospital.pk, ABAN)}
    Balance.objects.filter(month=ABAN, amount__gt=0).update(amount=1)
    healed = ledger.heal_changed_since(last, at=LATER)
    assert (healed.balances, healed.first_break) == (1, None)
    assert_whole()
    InvoiceLine.objects.update(asked=F("asked") + 1)
    assert ledger.heal_changed_since(last, at=LATER).first_break.key["month"] == MEHR


# ---------------------------------------------------------------- two persons, months that are over


def test_whoever_asks_does_not_approve(cast, hospital):
    periods.ask_to_close(centres=[hospital], month=MEHR, reason="پایان", by=cast.headquarters, at=LATER)
    (outcome,) = periods.close(asked=ClosedMonth.objects.all(), by=cast.headquarters, at=LATER)
    assert not outcome.is_done
    assert "خودش تأیید نمی‌کند" in outcome.text
    row = ClosedMonth.objects.get()
    with pytest.raises(IntegrityError, match="two_persons"), transaction.atomic():
        ClosedMonth.objects.update(closed_at=LATER, closed_by=F("asked_by"))
    periods.close(asked=[row], by=cast.second_headquarters, at=LATER)
    periods.ask_to_reopen(closed=[row], reason="ب", by=cast.second_headquarters, at=LATER)
    (outcome,) = periods.reopen(asked=[row], by=cast.second_headquarters, at=LATER)
    assert not outcome.is_done
    assert AuditEvent.objects.filter(action="period.closed").count() == 1


def test_a_month_that_is_not_over_stays_open_and_a_reason_is_needed(cast, hospital):
    options = {"centres": [hospital], "by": cast.headquarters, "at": LATER}
    with pytest.raises(DomainError, match="به پایان نرسیده"):
        periods.ask_to_close(month=140311, reason="زود", **options)
    with pytest.raises(InvalidInput, match="علت"):
        periods.ask_to_close(month=MEHR, reason=" ", **options)


def test_a_region_is_closed_centre_by_centre_and_each_says_how_it_went(cast, hospital):
    close(cast)
    centres = [cast.hospital, cast.neighbour_hospital]
    outcomes = periods.ask_to_close(
        centres=centres, month=MEHR, reason="پایان", by=cast.headquarters, at=LATER
    )
    assert [(o.name, o.is_done) for o in outcomes] == [
        ("بیمارستان جنوب، مهر ۱۴۰۳", False), ("بیمارستان شمال، مهر ۱۴۰۳", True),
    ]  # fmt: skip


def test_a_request_can_be_withdrawn_and_made_again(cast, hospital):
    options = {"by": cast.headquarters, "at": LATER}
    periods.ask_to_close(centres=[hospital], month=MEHR, reason="پایان", **options)
    (outcome,) = periods.withdraw(asked=ClosedMonth.objects.all(), **options)
    assert outcome.is_done
    (outcome,) = periods.close(asked=ClosedMonth.objects.all(), by=cast.second_headquarters, at=LATER)
    assert not outcome.is_done
    row = close(cast)
    periods.ask_to_reopen(closed=[row], reason="ب", **options)
    (outcome,) = periods.withdraw(asked=[row], **options)
    assert outcome.is_done
    assert ClosedMonth.objects.closed().filter(reopen_asked_at=None).count() == 1


def test_a_centre_that_is_loading_is_not_waited_for(cast, hospital, monkeypatch):
    periods.ask_to_close(centres=[hospital], month=MEHR, reason="پایان", by=cast.headquarters, at=LATER)
    monkeypatch.setattr(jobs, "try_lock", lambda *_: False)
    (outcome,) = periods.close(asked=ClosedMonth.objects.all(), by=cast.second_headquarters, at=LATER)
    assert not outcome.is_done
    assert "در حال بارگذاری" in outcome.text


# ---------------------------------------------------------------- exceptions by name


def test_a_named_person_books_in_the_closed_month_until_the_moment(cast, hospital):
    load(hospital, 1)
    row = close(cast)
    until = LATER + dt.timedelta(days=1)
    given = periods.give_exception(
        closed=row, user=cast.officer, until=until, reason="پروندهٔ جامانده", by=cast.headquarters, at=LATER
    )
    load(hospital, 2, by=cast.officer, at=until - dt.timedelta(seconds=1))
    assert booked() == {(MEHR, MEHR): 294_000}
    load(hospital, 3, by=cast.headquarters, at=LATER)  # somebody else
    assert booked() == {(MEHR, MEHR): 294_000, (ABAN, MEHR): 147_000}
    load(hospital, 4, by=cast.officer, at=until)  # too late
    assert booked() == {(MEHR, MEHR): 294_000, (ABAN, MEHR): 294_000}
    periods.revoke_exception(exception=given, by=cast.headquarters, at=LATER)
    load(hospital, 5, by=cast.officer, at=LATER)
    assert booked() == {(MEHR, MEHR): 294_000, (ABAN, MEHR): 441_000}
    assert_whole()


def test_an_exception_ends_soon_is_for_another_person_and_only_for_one_who_works_there(cast, hospital):
    row = close(cast)
    options = {"closed": row, "reason": "ب", "by": cast.headquarters, "at": LATER}
    soon = LATER + dt.timedelta(days=1)
    with pytest.raises(DomainError, match="به خودش"):
        periods.give_exception(user=cast.headquarters, until=soon, **options)
    with pytest.raises(DomainError, match="چهارده روز"):
        periods.give_exception(user=cast.officer, until=LATER + dt.timedelta(days=15), **options)
    for stranger in (cast.neighbour, cast.auditor, cast.nobody):
        with pytest.raises(DomainError, match="صورتحساب ثبت نمی‌کند"):
            periods.give_exception(user=stranger, until=soon, **options)


# ---------------------------------------------------------------- command


def test_commands_close_and_open_with_two_persons(cast, hospital, monkeypatch):
    load(hospital, 1)
    out = StringIO()
    place = {"organisation": "one", "stdout": out}
    call_command("close_month", str(MEHR), region="01", reason="پایان", by="reza", **place)
    with pytest.raises(CommandError, match="may not"):
        call_command("close_month", str(MEHR), region="01", approve=True, by="reza", **place)
    call_command("close_month", str(MEHR), region="01", approve=True, by="hoda", **place)
    load(hospital, 2)
    assert booked() == {(MEHR, MEHR): 147_000, (ABAN, MEHR): 147_000}
    with pytest.raises(CommandError, match="No such"):
        call_command("reopen_month", str(MEHR), centre="0201", reason="ب", by="reza", **place)
    call_command("reopen_month", str(MEHR), centre="0101", reason="ب", by="hoda", **place)
    with pytest.raises(CommandError, match="Nothing was done"):
        call_command("reopen_month", str(MEHR), centre="0101", approve=True, by="hoda", **place)
    call_command("reopen_month", str(MEHR), centre="0101", approve=True, by="homa", **place)
    load(hospital, 3)
    assert booked() == {(MEHR, MEHR): 294_000, (ABAN, MEHR): 147_000}
    assert "بیمارستان جنوب، مهر ۱۴۰۳: بسته شد." in out.getvalue()


# ---------------------------------------------------------------- SATA


def test_a_sata_reception_for_a_closed_month_becomes_deltas(
    cast, hospital, client, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    close(cast)
    client.force_login(cast.officer, backend="django.contrib.auth.backends.ModelBackend")

    def post(name, body, *args):
        return client.post(reverse(name, args=args), json.dumps(body), content_type="application/json").json()

    key = str(uuid.UUID(int=7))
    header = {
        "IdHeaderAdmission": key, "RowSequence": 1, "NationalCode": "0499370899", "IdRelation": 1, "IdHeaderType": 1,
        "PersonInsuranceNo": 1, "DateOne": 14030701, "DateTwo": 14030703, "HeRequestPrice": 100, "TotalCount": 1,
        "IdCauseRefer": 1,
    }  # fmt: skip
    detail = {
        "IdServiceDetail": str(uuid.UUID(int=8)), "IdServiceGroup": 3, "ServiceCode": 100005, "Index": 1,
        "DeRequestCount": 1, "DeRequestPrice": 100, "IdTadilPercent": 255,
    }  # fmt: skip
    number = post("sata_receptions", {"CenterCode": "0101"})["receptionNumber"]
    post("sata_files", {"header": header, "details": [detail]}, number)
    with django_capture_on_commit_callbacks(execute=True):
        post("sata_close", {}, number)
    assert client.get(reverse("sata_reception", args=[number])).json()["rows_stored"] == 1
    assert set(Movement.objects.values_list("month", "origin_month")) == {(ABAN, MEHR)}
    assert_whole()


# ---------------------------------------------------------------- raw SQL


def copy_of_movement(**changed):
    fields = [f.column for f in Movement._meta.fields if f.column != "id"]
    said = ", ".join(str(changed.get(name, f'"{name}"')) for name in fields)
    names = ", ".join(f'"{name}"' for name in fields)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO billing_movement ({names}) SELECT {said} FROM billing_movement LIMIT 1")


def test_raw_sql_cannot_book_in_a_closed_month(cast, hospital):
    load(hospital, 1)
    copy_of_movement()
    close(cast)
    with pytest.raises(DatabaseError, match="closed month"):
        copy_of_movement()
    copy_of_movement(month=ABAN)


def test_raw_sql_cannot_move_a_movement_out_of_an_open_month(cast, hospital):
    load(hospital, 1)
    with pytest.raises(DatabaseError, match="which is open"):
        copy_of_movement(month=ABAN)
    with pytest.raises(DatabaseError, match="not_before_origin"):
        copy_of_movement(month=MEHR - 1)


def test_what_was_closed_cannot_be_rewritten_or_deleted(cast, hospital):
    row = close(cast)
    LockException.objects.create(
        closed=row,
        user=cast.officer,
        until=LATER + dt.timedelta(1),
        given_at=LATER,
        given_by=cast.headquarters,
    )
    for tampered in (
        lambda: ClosedMonth.objects.update(closed_at=LATER - dt.timedelta(9)),
        lambda: ClosedMonth.objects.update(month=ABAN),
        lambda: ClosedMonth.objects.all().delete(),
        lambda: LockException.objects.update(until=LATER + dt.timedelta(300)),
        lambda: LockException.objects.all().delete(),
    ):
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            tampered()


# ---------------------------------------------------------------- who wrote meanwhile


def test_an_invoice_that_somebody_changed_meanwhile_is_not_written_over(cast, hospital):
    load(hospital, 1)
    load(hospital, 2, by=cast.officer)  # version 2
    with pytest.raises(ChangedMeanwhile) as refused:
        load(hospital, 3, by=cast.headquarters, reason="تعداد", expected={"1": 1})
    assert "sara" in refused.value.sentence
    assert InvoiceLine.objects.get().amount == 294_000
    load(hospital, 3, by=cast.headquarters, reason="تعداد", expected={"1": 2})
    assert InvoiceLine.objects.get().amount == 441_000
    with pytest.raises(ChangedMeanwhile):  # entered as new by two people
        load(hospital, 4, expected={"1": 0})
    assert_whole()


def test_a_correction_by_hand_needs_a_reason_and_keeps_it(cast, hospital):
    load(hospital, 1, kind=DeliveryKind.HAND)
    with pytest.raises(InvalidInput, match="علت اصلاح"):
        load(hospital, 2, kind=DeliveryKind.HAND, reason="  ")
    load(hospital, 2, kind=DeliveryKind.HAND, reason="تعداد درست", by=cast.officer)
    corrected = Movement.objects.filter(cause=Cause.CORRECTION).first()
    assert (corrected.change.reason, corrected.change.by) == ("تعداد درست", cast.officer)
