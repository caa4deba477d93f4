"""The document of what hospitals' systems call, and its examples as they stand in it, posted."""

import json

import pytest

from insurers.models import Fund
from organisations.choices import PatientCategory
from tests import tariff_world as world

DOCUMENT = "/api/v1/hospitals/schema/?format=json"
PREVIEW, RECEPTIONS = "/api/v1/price-preview/", "/api/v1/sata/receptions/"
OF_ONE = f"{RECEPTIONS}{{number}}/"


@pytest.fixture
def his(client, cast, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    world.tariff()
    fund = Fund.objects.create(
        insurer=cast.insurer, code="company", name="شرکتی", category=PatientCategory.COMPANY
    )
    world.coverage(fund)
    client.force_login(cast.officer)
    return client


@pytest.fixture
def paths(his):
    return his.get(DOCUMENT).json()["paths"]


def example(paths, path):
    [one] = paths[path]["post"]["requestBody"]["content"]["application/json"]["examples"].values()
    return one["value"]


def post(client, path, body=None):
    text = "" if body is None else json.dumps(body)
    return client.post(path, text, content_type="application/json")


def test_the_document_names_every_call_in_both_languages(paths):
    assert set(paths) == {PREVIEW, RECEPTIONS, OF_ONE, f"{OF_ONE}files/", f"{OF_ONE}close/"}
    for methods in paths.values():
        for said in methods.values():
            english, _, persian = said["summary"].partition(" / ")
            assert english.isascii()
            assert not persian.isascii()
            assert "401" in said["responses"]


def test_every_field_has_a_meaning_and_its_choices(his):
    schemas = his.get(DOCUMENT).json()["components"]["schemas"]
    for name in ("PreviewRequest", "PreviewLine", "ReceptionRequest"):
        for field, said in schemas[name]["properties"].items():
            assert said.get("description") or field == "lines", (name, field)
    header = schemas["FileRequest"]["properties"]["header"]["properties"]
    assert all(said["description"] for said in header.values())
    assert "1 inpatient" in schemas["PreviewRequest"]["properties"]["setting"]["description"]


def test_the_example_of_the_price_preview_is_priced(his, paths):
    answer = post(his, PREVIEW, example(paths, PREVIEW))
    assert answer.status_code == 200, answer.content
    assert answer.json()["unpriced"] == 0
    assert answer.json()["lines"][0]["amount"] > 0


def test_the_examples_of_sata_are_stored(his, paths, django_capture_on_commit_callbacks):
    number = post(his, RECEPTIONS, example(paths, RECEPTIONS)).json()["receptionNumber"]
    one = OF_ONE.format(number=number)
    added = post(his, f"{one}files/", example(paths, f"{OF_ONE}files/"))
    assert (added.status_code, added.json()["faults"]) == (202, [])
    with django_capture_on_commit_callbacks(execute=True):
        assert post(his, f"{one}close/").status_code == 202
    told = his.get(one).json()
    assert (told["state"], told["rows_stored"], told["unpriced_lines"], told["refused"]) == (
        "stored",
        1,
        0,
        [],
    )


def test_the_preview_tells_every_missing_field_at_once(his):
    errors = post(his, PREVIEW, {}).json()["errors"]
    assert set(errors) == {
        "service_on", "sector", "grade", "setting", "condition", "physician_status", "fund", "lines",
    }  # fmt: skip


def test_the_preview_names_the_field_that_is_sent_and_the_choices(his, paths):
    good = example(paths, PREVIEW)
    assert "code" in post(his, PREVIEW, good | {"lines": [{"book": 3}]}).json()["errors"]["lines"]["0"]
    unknown = post(his, PREVIEW, good | {"lines": [{"code": "999999"}]}).json()["errors"]["lines"]
    assert set(unknown["0"]) == {"code"}
    [said] = post(his, PREVIEW, good | {"setting": "inpatient"}).json()["errors"]["setting"]
    assert "1 (بستری)، 2 (سرپایی)" in said
    [said] = post(his, PREVIEW, good | {"fund": "nosuch"}).json()["errors"]["fund"]
    assert "«nosuch»" in said
    for quantity in ("0", "-1", "1e3"):
        wrong = post(his, PREVIEW, good | {"lines": [{"code": "100005", "quantity": quantity}]}).json()[
            "errors"
        ]
        assert "بیش از صفر" in wrong["lines"]["0"]["quantity"][0]
    refused = post(his, PREVIEW, good | {"lines": [{"service": "100005", "code": "100005"}]})
    assert "service" in refused.json()["errors"]["lines"]["0"]
    assert "setings" in post(his, PREVIEW, good | {"setings": 1}).json()["errors"]


@pytest.mark.parametrize("value", ["\x00", "\ud800", {"a": 1}, [1]])
def test_what_no_message_has_is_refused_where_it_is_sent(his, paths, value):
    number = post(his, RECEPTIONS, example(paths, RECEPTIONS)).json()["receptionNumber"]
    body = example(paths, f"{OF_ONE}files/")
    body["header"]["FirstName"] = value
    answer = post(his, f"{OF_ONE.format(number=number)}files/", body)
    assert answer.status_code == 422
    assert "FirstName" in answer.json()["errors"]["header"]


def test_another_method_is_told_where_the_documents_are(his):
    assert "/api/v1/hospitals/schema/" in his.get(PREVIEW).json()["detail"]
