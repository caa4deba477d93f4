"""Patients as deliveries bring them: corrected, kept, and brought by two centres at once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from billing.models import Invoice, Patient
from organisations.choices import PatientCategory
from tests import factories
from tests import tariff_world as world
from tests.tariff_world import line


@pytest.fixture
def centre(db):
    organisation = factories.organisation()
    world.coverage(factories.fund(organisation, PatientCategory.COMPANY, "basic"))
    return factories.centre(factories.region(organisation))


def send(centre, number="1", **header):
    world.load(world.parsed({number: [line("999999")]}, fund="basic", **header), centre=centre)


def patient(key="p-1"):
    return Patient.objects.values_list("name", "personnel_no", "relation_no").get(key=key)


def test_a_corrected_name_is_stored(centre):
    send(centre, patient_name="علی کریمى")
    send(centre, patient_name="علی کریمی", personnel_no=7, relation_no=2)
    assert patient() == ("علی کریمی", 7, 2)


def test_what_a_later_sending_does_not_say_stays(centre):
    send(centre, patient_name="علی کریمی", personnel_no=7, relation_no=2)
    send(centre, patient_name="", record_no="2")
    assert patient() == ("علی کریمی", 7, 2)


def test_a_patient_who_is_as_before_is_not_written_again(centre):
    send(centre, patient_name="علی کریمی", personnel_no=7)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid FROM billing_patient")
        before = cursor.fetchall()
        send(centre, number="2", patient_key="p-1", patient_name="علی کریمی", personnel_no=7)
        cursor.execute("SELECT ctid FROM billing_patient")
        assert cursor.fetchall() == before
    assert Invoice.objects.values("patient_id").distinct().count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_centres_that_bring_the_same_new_patient_both_get_it(centre):
    other = factories.centre(centre.region, "3002")
    faults: list[BaseException] = []

    def bring() -> None:
        try:
            send(other, patient_key="same", patient_name="دوم")
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    with transaction.atomic():
        send(centre, patient_key="same", patient_name="یکم")
        second = threading.Thread(target=bring)
        second.start()
        # It waits for us: we hold the patient until this transaction ends.
        second.join(timeout=2)
        assert second.is_alive()
    second.join(timeout=20)
    assert faults == []
    assert set(Invoice.objects.values_list("patient_id", flat=True)) == {Patient.objects.get(key="same").pk}
    assert patient("same")[0] == "دوم"
