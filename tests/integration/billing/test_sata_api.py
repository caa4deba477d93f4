"""SATA over HTTP: open, send, close; idempotent, in scope, refusals as problem documents."""

import base64
import json
import uuid

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from billing.choices import DeliveryState
from billing.models import Change, Delivery, Invoice, InvoiceLine
from core.api import ApiView
from insurers.models import Fund
from organisations.choices import PatientCategory

KEY = str(uuid.UUID(int=7))


@pytest.fixture(autouse=True)
def _media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def his(client, cast):
    Fund.objects.create(insurer=cast.insurer, code="company", name="شرکتی", category=PatientCategory.COMPANY)
    client.force_login(cast.officer, backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(client, name, body=None, *args, **kwargs):
    text = json.dumps(body) if body is not None else ""
    return client.post(reverse(name, args=args), text, content_type="application/json", **kwargs)


def opened(client, code="0101"):
    response = post(client, "sata_receptions", {"CenterCode": code, "IdDarman": 1})
    assert response.status_code == 201, response.content
    return response.json()["receptionNumber"]


def message(key=KEY, price=100, **header):
    head = {
        "IdHeaderAdmission": key, "RowSequence": 1, "NationalCode": "0499370899", "IdRelation": 1, "IdHeaderType": 1,
        "PersonInsuranceNo": 1, "DateOne": 14030701, "DateTwo": 14030703, "HeRequestPrice": price, "TotalCount": 1,
        "IdCauseRefer": 1,
    }  # fmt: skip
    line = {
        "IdServiceDetail": str(uuid.uuid5(uuid.UUID(key), "1")), "IdServiceGroup": 3, "ServiceCode": 100005, "Index": 1,
        "DeRequestCount": 1, "DeRequestPrice": price, "IdTadilPercent": 255,
    }  # fmt: skip
    return {"header": head | header, "details": [line]}


def close(client, number, capture):
    with capture(execute=True):
        return post(client, "sata_close", None, number)


def test_a_reception_is_opened_filled_closed_and_loaded(his, django_capture_on_commit_callbacks):
    number = opened(his)
    added = post(his, "sata_files", message(), number)
    assert added.status_code == 202
    assert added.json() == {"IdHeaderAdmission": KEY, "isNew": True, "isChanged": True, "faults": []}
    assert close(his, number, django_capture_on_commit_callbacks).status_code == 202
    told = his.get(reverse("sata_reception", args=[number])).json()
    assert told["state"] == "stored"
    assert (told["rows_in"], told["rows_stored"], told["asked_stored"]) == (1, 1, 100)
    assert Invoice.objects.get().number == KEY


def test_the_same_file_again_changes_nothing_and_another_under_its_key_replaces_it(
    his, django_capture_on_commit_callbacks
):
    number = opened(his)
    post(his, "sata_files", message(price=100), number)
    assert not post(his, "sata_files", message(price=100), number).json()["isChanged"]
    again = post(his, "sata_files", message(price=150), number).json()
    assert (again["isNew"], again["isChanged"]) == (False, True)
    close(his, number, django_capture_on_commit_callbacks)
    assert InvoiceLine.objects.get().asked == 150


def test_a_header_sent_in_a_later_reception_replaces_the_earlier(his, django_capture_on_commit_callbacks):
    for price in (100, 100, 150):
        number = opened(his)
        post(his, "sata_files", message(price=price), number)
        close(his, number, django_capture_on_commit_callbacks)
    assert InvoiceLine.objects.get().asked == 150
    assert Change.objects.count() == 2  # the second changed nothing


def test_closing_twice_changes_nothing(his, django_capture_on_commit_callbacks):
    number = opened(his)
    post(his, "sata_files", message(), number)
    close(his, number, django_capture_on_commit_callbacks)
    assert close(his, number, django_capture_on_commit_callbacks).status_code == 202
    assert Change.objects.count() == 1


def test_a_closed_reception_takes_no_more_files(his, django_capture_on_commit_callbacks):
    number = opened(his)
    post(his, "sata_files", message(), number)
    close(his, number, django_capture_on_commit_callbacks)
    response = post(his, "sata_files", message(), number)
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "reception_closed"


def test_an_empty_reception_is_not_closed(his, django_capture_on_commit_callbacks):
    number = opened(his)
    assert close(his, number, django_capture_on_commit_callbacks).status_code == 422
    assert Delivery.objects.get(pk=number).state == DeliveryState.OPEN


def test_faults_are_told_when_a_file_is_sent_and_when_it_is_refused(his, django_capture_on_commit_callbacks):
    number = opened(his)
    added = post(his, "sata_files", message(HeRequestPrice=99), number).json()
    assert "HeRequestPrice" in added["faults"][0]["reason"]
    close(his, number, django_capture_on_commit_callbacks)
    told = his.get(reverse("sata_reception", args=[number])).json()
    assert (told["rows_refused"], told["asked_refused"]) == (1, 100)
    assert "HeRequestPrice" in told["refused"][0]["reason"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "header"),
        ({"header": {}, "details": []}, "details"),
        ({"header": {"IdHeaderAdmission": "1"}, "details": [{}]}, "GUID"),
    ],
)
def test_a_file_of_another_shape_is_a_problem_that_names_the_field(his, body, field):
    response = post(his, "sata_files", body, opened(his))
    assert response.status_code == 422
    problem = response.json()
    assert field in problem["detail"]
    assert {"type", "title", "status", "detail", "code"} <= problem.keys()


def test_broken_json_is_a_problem(his):
    response = his.post(reverse("sata_receptions"), "{", content_type="application/json")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_a_neighbours_centre_and_reception_do_not_exist(his, cast):
    assert post(his, "sata_receptions", {"CenterCode": "0201"}).status_code == 404
    number = opened(his)
    his.force_login(cast.neighbour, backend="django.contrib.auth.backends.ModelBackend")
    assert post(his, "sata_files", message(), number).status_code == 404
    assert post(his, "sata_close", None, number).status_code == 404
    assert his.get(reverse("sata_reception", args=[number])).status_code == 404


def test_who_may_not_send_is_refused(client, cast):
    client.force_login(cast.auditor, backend="django.contrib.auth.backends.ModelBackend")
    assert post(client, "sata_receptions", {"CenterCode": "0101"}).status_code == 403


def test_nobody_signed_in_is_asked_to(client, db):
    response = post(client, "sata_receptions", {"CenterCode": "0101"})
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic")


def test_a_system_signs_in_with_name_and_password(client, cast):
    cast.officer.set_password("a long enough secret")
    cast.officer.save()
    token = base64.b64encode(b"sara:a long enough secret").decode()
    response = post(
        client, "sata_receptions", {"CenterCode": "0101"}, headers={"Authorization": f"Basic {token}"}
    )
    assert response.status_code == 201


def test_an_endpoint_without_a_permission_does_not_load():
    with pytest.raises(ImproperlyConfigured, match="declares no permission"):
        type("Open", (ApiView,), {})
