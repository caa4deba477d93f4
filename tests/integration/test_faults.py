"""What is answered when a request fails: a Persian page with a reference, or a problem document below /api/."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from config import urls
from core import faults
from core.errors import InvalidInput, NotAllowed

handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)

REFERENCE = "a-reference-of-a-test"


def breaks(request):
    raise RuntimeError("a fault nobody foresaw")


def refuses(request):
    raise NotAllowed("این دوره قفل است.")


def misunderstands(request):
    raise InvalidInput("ماه ۱۳ نداریم.")


def forbids(request):
    raise PermissionDenied("for the log only")


def takes(request):
    return HttpResponse(request.POST.get("a", ""))


VIEWS = {
    "breaks": breaks, "refuses": refuses, "misunderstands": misunderstands, "forbids": forbids, "takes": takes,
}  # fmt: skip
urlpatterns = [
    path(f"{prefix}{name}/", view) for prefix in ("", "api/v1/") for name, view in VIEWS.items()
] + urls.urlpatterns

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False, headers={"X-Request-ID": REFERENCE})


EXPECTED = [
    ("breaks", 500, "سامانه به مشکلی برخورد", "fault"),
    ("refuses", 403, "این دوره قفل است.", "not_allowed"),
    ("misunderstands", 422, "ماه ۱۳ نداریم.", "invalid_input"),
    ("forbids", 403, "در نقش یا محدودهٔ شما نیست", "permission_denied"),
    ("nowhere", 404, "چنین صفحه‌ای نیست", "not_found"),
]


@pytest.mark.parametrize(("address", "status", "words", "code"), EXPECTED)
def test_a_person_gets_a_persian_page_with_a_reference(visitor, address, status, words, code):
    # Without a database: the page stands also when that is what failed.
    answer = visitor.get(f"/{address}/")
    page = answer.content.decode()
    assert answer.status_code == status
    assert words in page
    assert REFERENCE in page
    assert answer["X-Request-ID"] == REFERENCE
    assert '<html lang="fa" dir="rtl">' in page
    assert "RuntimeError" not in page
    assert "for the log only" not in page


@pytest.mark.parametrize(("address", "status", "words", "code"), EXPECTED)
def test_another_system_gets_a_problem_document(visitor, address, status, words, code):
    answer = visitor.get(f"/api/v1/{address}/")
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"], body["reference"]) == (status, code, REFERENCE)
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]


@pytest.mark.parametrize(("prefix", "kind"), [("", "text/html"), ("api/v1/", "application/problem+json")])
def test_a_request_beyond_the_limit_is_413(visitor, settings, prefix, kind):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    answer = visitor.post(
        f"/{prefix}takes/", {"a": "x" * 100}, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413
    assert answer["Content-Type"].startswith(kind)


def test_too_many_fields_are_400(visitor, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1
    answer = visitor.post("/takes/", {"a": "1", "b": "2", "c": SimpleUploadedFile("c", b"c")})
    assert answer.status_code == 400
    assert "درخواست درست نبود" in answer.content.decode()


def test_a_form_without_its_key_is_told_to_reload(db):
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "a", "password": "b"})
    assert answer.status_code == 403
    assert "فرم کهنه شده است" in answer.content.decode()


def test_every_status_says_what_to_do():
    for said in faults.FAULTS.values():
        assert said.heading
        assert said.sentence.endswith(".")
