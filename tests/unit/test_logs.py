import structlog
from structlog.testing import capture_logs

from config import logs


def test_a_request_is_logged_by_its_route_and_never_by_what_it_asks(client):
    with capture_logs() as lines:
        answer = client.get("/livez?national_code=0012345678", headers={"X-Request-ID": "abcdef-1234"})
    (line,) = [each for each in lines if each["event"] == "request"]
    assert line["route"] == "livez"
    assert line["status"] == 200
    assert answer["X-Request-ID"] == "abcdef-1234"
    assert "0012345678" not in str(lines)


def test_an_unfit_request_id_is_replaced(client):
    answer = client.get("/livez", headers={"X-Request-ID": "a b\tc;"})
    assert logs.REQUEST_ID.fullmatch(answer["X-Request-ID"])
    assert answer["X-Request-ID"] != "a b\tc;"


def test_the_id_does_not_leak_into_the_next_request(client):
    client.get("/livez")
    assert "request_id" not in structlog.contextvars.get_contextvars()


def test_an_unknown_address_is_logged_without_it(client):
    with capture_logs() as lines:
        client.get("/patients/0012345678")
    assert "0012345678" not in str(lines)
