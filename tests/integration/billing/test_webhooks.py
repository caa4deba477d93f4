"""Telling insurers' systems: written with what happened, signed, tried until it arrives, never into our own network."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from billing.claims.api.scopes import ApiScope
from billing.claims.models import ClaimLine
from billing.claims.services import adjudication, clients, delivering, events, resending, sending, webhooks
from billing.claims.services.adjudication import Cut, Decision
from billing.claims.webhooks import addresses, posting, tasks
from billing.claims.webhooks.choices import SUBSCRIBED, DeliveryState, Fault
from billing.claims.webhooks.models import InsurerEvent, WebhookDelivery, WebhookEndpoint, WebhookTry
from core import jobs
from core.errors import DomainError, InvalidInput
from insurers.choices import InsurerKind
from insurers.models import Fund, Insurer
from organisations.choices import PatientCategory
from tests import claim_world as world
from tests.cast import make_cast
from tests.hook_world import Clock, receiving, rounds
from tests.integration.billing.test_insurers_api import Caller, problem

pytestmark = pytest.mark.django_db
AT = world.AT
EVERY = [kind.value for kind in SUBSCRIBED]


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


@pytest.fixture
def system(cast):
    found, _ = clients.create(
        insurer=cast.insurer, name="رسا", scopes=list(ApiScope.values), by=cast.headquarters, at=AT
    )
    return found


@pytest.fixture
def endpoint(cast, system, receiver):
    made, receiver.secret = webhooks.create(
        client=system, url=receiver.url, types=EVERY, by=cast.headquarters, at=AT
    )
    return made


@pytest.fixture
def claim(cast, endpoint):
    world.reviewed(cast, (1_000, 100), (500, 0))
    return world.sent(cast)


# ---------------------------------------------------------------- the event is written with what it tells of


def test_sending_a_claim_writes_an_event_and_its_delivery(endpoint, claim):
    event = InsurerEvent.objects.get()
    assert (event.type, event.claim_id, event.insurer_id) == ("claim.sent", claim.pk, claim.insurer_id)
    assert event.data["number"] == claim.number
    assert event.data["asked"] == 1_500
    assert WebhookDelivery.objects.get().endpoint == endpoint


def test_what_is_rolled_back_is_told_nobody(cast, endpoint):
    world.reviewed(cast)
    frozen = world.frozen(cast)
    with transaction.atomic():
        sending.send(claim=frozen, by=cast.headquarters, at=AT)
        assert InsurerEvent.objects.exists()
        transaction.set_rollback(True)
    assert not InsurerEvent.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_a_claim_that_is_cancelled_before_sending_is_told_nobody(cast, endpoint):
    world.reviewed(cast)
    sending.cancel(claim=world.frozen(cast), reason="اشتباه", by=cast.officer, at=AT)
    assert not InsurerEvent.objects.exists()


def test_what_is_sent_again_has_a_name_of_its_own(cast, endpoint, claim):
    sending.acknowledge(claim=claim, by=None, at=AT)
    first = ClaimLine.objects.of_claim(claim)[0]
    cut = Decision(first.pk, 900, (Cut("documents", 100),))
    adjudication.adjudicate(claim=claim, decisions=[cut], approve_rest=True, by=None, at=AT)
    again = resending.resubmit(claim=claim, by=cast.officer, at=AT)
    again = sending.freeze(claim=again, by=cast.officer, at=AT)
    sending.send(claim=again, by=cast.headquarters, at=AT)
    kinds = list(InsurerEvent.objects.order_by("pk").values_list("type", flat=True))
    assert kinds == ["claim.sent", "claim.resent"]


def test_an_endpoint_is_told_what_it_asked_for_and_of_its_insurer_only(cast, system, receiver):
    other = Insurer.objects.create(
        organisation=cast.organisation, code="salamat", name="سلامت", kind=InsurerKind.BASIC
    )
    stranger, _ = clients.create(insurer=other, name="س", scopes=["claims.read"], by=cast.headquarters, at=AT)
    for client, types in ((system, ["claim.resent"]), (stranger, EVERY)):
        webhooks.create(client=client, url=receiver.url, types=types, by=cast.headquarters, at=AT)
    world.reviewed(cast)
    world.sent(cast)
    assert InsurerEvent.objects.count() == 1
    assert not WebhookDelivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_worker_begins_once_the_claim_is_stored(transactional_db, monkeypatch):
    cast = make_cast()
    with receiving() as receiver:
        client, _ = clients.create(
            insurer=cast.insurer, name="رسا ۲", scopes=["claims.read"], by=cast.headquarters, at=AT
        )
        _, receiver.secret = webhooks.create(
            client=client, url=receiver.url, types=EVERY, by=cast.headquarters, at=AT
        )
        world.reviewed(cast)
        claim = world.sent(cast)
        (told,) = receiver.verified()
    assert told["data"]["claim"] == claim.pk
    assert WebhookDelivery.objects.get().state == DeliveryState.DELIVERED


# ---------------------------------------------------------------- what is posted


def test_a_message_is_signed_and_names_no_person(endpoint, claim, receiver):
    assert delivering.deliver(endpoint.pk, clock=timezone.now) == 1
    (told,) = receiver.verified()
    assert told["type"] == "claim.sent"
    headers, body = receiver.messages[0]
    assert headers["webhook-id"] == InsurerEvent.objects.get().key
    assert headers["content-type"].startswith("application/json")
    assert set(told["data"]) == {
        "claim", "number", "kind", "payer", "month", "centre", "fund", "invoices_count", "lines_count", "asked", "href",
    }  # fmt: skip
    with pytest.raises(WebhookVerificationError):
        Webhook(receiver.secret).verify(body.replace(b"1500", b"1501"), headers)


def test_the_secret_is_nowhere_in_the_database(endpoint, receiver):
    bare = receiver.secret.removeprefix(posting.PREFIX)
    assert bare not in str(list(WebhookEndpoint.objects.values()))


def test_while_a_secret_is_replaced_both_sign_and_afterwards_the_new_one(cast, endpoint, claim, receiver):
    old, now = receiver.secret, timezone.now()
    new = webhooks.rotate(endpoint=endpoint, by=cast.headquarters, at=now)
    delivering.deliver(endpoint.pk, clock=timezone.now)
    for secret in (old, new):
        receiver.secret = secret
        assert receiver.verified()
    row = WebhookEndpoint.objects.get()
    later = now + clients.OVERLAP + dt.timedelta(seconds=1)
    assert len(posting.signature(row, key="k", body="{}", at=later).split()) == 1


# ---------------------------------------------------------------- tried again, at least once, and not for ever


def test_a_failed_try_is_kept_and_made_again_later(endpoint, claim, receiver):
    receiver.answers = lambda number: 503 if number == 0 else 204
    receiver.text = "بیمار 0499370899 نیست".encode()
    clock = Clock(AT)
    delivering.deliver(endpoint.pk, clock=clock)
    row = WebhookDelivery.objects.get()
    assert (row.state, row.tries_count, row.tries_left) == ("waiting", 1, delivering.TRIES - 1)
    assert dt.timedelta(seconds=30) <= row.next_at - AT <= dt.timedelta(minutes=1)
    first = WebhookTry.objects.get()
    assert (first.status, first.answer) == (503, "بیمار ••• نیست")
    delivering.deliver(endpoint.pk, clock=clock)
    assert len(receiver.messages) == 1
    clock.now = row.next_at
    delivering.deliver(endpoint.pk, clock=clock)
    assert WebhookDelivery.objects.get().state == DeliveryState.DELIVERED
    assert len(set(receiver.ids)) == 1


def test_after_the_last_try_it_is_given_up_and_can_be_sent_once_more(cast, endpoint, claim, receiver):
    receiver.answers = lambda number: 500
    clock = Clock(AT)
    rounds(endpoint, clock)
    row = WebhookDelivery.objects.get()
    assert (row.state, row.tries_count, len(receiver.messages)) == ("given_up", 12, 12)
    assert dt.timedelta(hours=8) < clock.now - AT < dt.timedelta(hours=24)
    receiver.answers = lambda number: 204
    webhooks.replay(delivery=row, by=cast.headquarters, at=clock.now)
    rounds(endpoint, clock)
    row.refresh_from_db()
    assert (row.state, row.tries_count) == ("delivered", 13)
    assert len(set(receiver.ids)) == 1


def test_the_waits_double_up_to_six_hours():
    waits = [delivering.wait_after(n, chance=1).total_seconds() / 60 for n in range(1, 13)]
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits[-1] == 360
    assert delivering.wait_after(1, chance=0).total_seconds() == 30


def test_every_event_arrives_at_a_receiver_that_fails_half_the_time(cast, endpoint, receiver):
    receiver.answers = lambda number: 500 if number % 2 else 200
    for number in range(6):
        fund = Fund.objects.create(
            insurer=cast.insurer, code=f"f{number}", name=f"صندوق {number}", category=PatientCategory.FREE
        )
        world.reviewed(cast, fund=fund)
        world.sent(cast, fund=fund)
    rounds(endpoint, Clock(AT))
    assert set(receiver.taken()) == set(InsurerEvent.objects.values_list("key", flat=True))
    assert WebhookTry.objects.count() == len(receiver.messages)


def test_where_nobody_answers_the_rest_waits_for_the_next_round(cast, system):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    endpoint, _ = webhooks.create(client=system, url=url, types=EVERY, by=cast.headquarters, at=AT)
    for _ in range(2):
        events.ping(endpoint, at=AT)
    assert delivering.deliver(endpoint.pk, clock=Clock(AT)) == 0
    assert [one.fault for one in WebhookTry.objects.all()] == [Fault.CONNECTION]


def test_a_redirect_is_not_followed(endpoint, claim, receiver):
    receiver.answers = lambda number: 307
    delivering.deliver(endpoint.pk, clock=Clock(AT))
    assert WebhookTry.objects.get().status == 307
    assert len(receiver.messages) == 1


def test_a_try_that_was_not_kept_is_made_again(endpoint, claim, receiver, monkeypatch):
    """As if the worker had been killed between the answer and the table."""
    keep = delivering._keep
    monkeypatch.setattr(delivering, "_keep", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        delivering.deliver(endpoint.pk, clock=Clock(AT))
    monkeypatch.setattr(delivering, "_keep", keep)
    assert delivering.due_endpoints(at=AT) == [endpoint.pk]
    delivering.deliver(endpoint.pk, clock=Clock(AT))
    assert len(receiver.messages) == 2
    assert len(set(receiver.ids)) == 1
    assert WebhookDelivery.objects.get().state == DeliveryState.DELIVERED


def test_the_broker_may_be_away(endpoint, monkeypatch, caplog):
    def away(_):
        raise tasks.OperationalError("no broker")

    monkeypatch.setattr(tasks.deliver, "delay", away)
    tasks.queue([endpoint.pk])


def test_what_is_closed_is_posted_nothing(cast, system, endpoint, claim, receiver):
    webhooks.close(endpoint=endpoint, by=cast.headquarters, at=AT)
    assert WebhookDelivery.objects.get().state == DeliveryState.GIVEN_UP
    assert delivering.due_endpoints(at=AT) == []
    with pytest.raises(webhooks.EndpointClosed):
        webhooks.replay(delivery=WebhookDelivery.objects.get(), by=cast.headquarters, at=AT)
    again, _ = webhooks.create(client=system, url=receiver.url, types=EVERY, by=cast.headquarters, at=AT)
    webhooks.ping(endpoint=again, by=cast.headquarters, at=AT)
    clients.revoke(client=system, by=cast.headquarters, at=AT)
    assert not WebhookEndpoint.objects.open().exists()
    assert delivering.due_endpoints(at=AT) == []
    assert not WebhookDelivery.objects.filter(state="waiting").exists()
    assert receiver.messages == []


# ---------------------------------------------------------------- never into our own network


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "https://", "https://user:pw@example.com/",
        "https://exa mple.com/",
        "https://example.com/#x", "https://10.0.0.7/", "https://192.168.1.1/", "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/", "https://[fd00::1]/", "https://[64:ff9b::a00:1]/", "https://100.64.0.1/",
        "https://0.0.0.0/", "https://224.0.0.1/", "https://example.com:0/", "https://example.com:99999/",
        "https://نمونه.ir/", "javascript:alert(1)", "https://[x/",
    ],
)  # fmt: skip
def test_an_address_that_may_not_be_called_is_refused(url):
    with pytest.raises(InvalidInput):
        addresses.checked(url)


def test_this_machine_is_called_only_where_the_settings_say_so(settings):
    addresses.checked("http://localhost:9000/hook")
    settings.WEBHOOK_NETWORKS = []
    for url in ("http://localhost:9000/", "http://127.0.0.1/", "https://127.0.0.1/", "https://localhost/"):
        with pytest.raises(InvalidInput):
            addresses.checked(url)
    settings.WEBHOOK_NETWORKS = [ipaddress.ip_network("10.20.0.0/16")]
    addresses.checked("https://10.20.3.4/hook")


def test_a_name_with_one_address_of_ours_is_not_called(cast, system, monkeypatch):
    def found(*addresses):
        return lambda *_, **__: [(2, 1, 6, "", (one, 443)) for one in addresses]

    endpoint, _ = webhooks.create(
        client=system, url="https://hooks.example.com/", types=EVERY, by=cast.headquarters, at=AT
    )
    for own in ("10.0.0.7", "169.254.169.254", "fe80::1%eth0", "::ffff:192.168.0.1"):
        monkeypatch.setattr(socket, "getaddrinfo", found("93.184.216.34", own))
        assert posting.post(endpoint, key="k", body="{}", at=AT).fault == Fault.ADDRESS
    monkeypatch.setattr(socket, "getaddrinfo", found("93.184.216.34"))
    assert addresses.resolved("hooks.example.com", 443) == "93.184.216.34"


# ---------------------------------------------------------------- the feed, and once more


def test_the_feed_tells_an_insurer_its_own_events_and_no_pings(client, cast, endpoint, claim):
    caller = Caller(client, cast)
    webhooks.ping(endpoint=endpoint, by=cast.headquarters, at=AT)
    page = caller.get("api_events").json()
    (event,) = page["items"]
    assert (event["type"], event["data"]["claim"]) == ("claim.sent", claim.pk)
    assert caller.get("api_events", query={"cursor": page["next"]}).json()["items"] == []
    assert caller.get("api_events", query={"type": "claim.resent"}).json()["items"] == []
    problem(caller.get("api_events", query={"type": "endpoint.ping"}), 422, "invalid_input")
    other = Insurer.objects.create(
        organisation=cast.organisation, code="salamat", name="سلامت", kind=InsurerKind.BASIC
    )
    stranger = Caller(client, cast, other)
    assert stranger.get("api_events").json()["items"] == []
    answer = stranger.post("api_events_replay", body={"events": [event["id"]]}).json()
    assert answer["items"][0]["code"] == "not_found"
    client.force_login(cast.officer)
    assert client.get(reverse("api_events")).json()["items"] == []


def test_a_system_has_events_delivered_again_to_its_own_endpoints(client, cast, claim, receiver):
    caller = Caller(client, cast)
    key = caller.get("api_events").json()["items"][0]["id"]
    none = caller.post("api_events_replay", body={"events": [key, "x"]}).json()["items"]
    assert [(one["id"], one["code"]) for one in none] == [(key, "no_endpoint"), ("x", "not_found")]
    own, receiver.secret = webhooks.create(
        client=caller.row, url=receiver.url, types=EVERY, by=cast.headquarters, at=AT
    )
    for expected in (1, 2):
        answer = caller.post("api_events_replay", body={"events": [key]}).json()
        assert answer["items"] == [{"id": key, "endpoints": 1, "code": "", "detail": ""}]
        delivering.deliver(own.pk, clock=timezone.now)
        assert receiver.ids == [key] * expected
    reader = Caller(client, cast, scopes=[ApiScope.CLAIMS_READ])
    problem(reader.post("api_events_replay", body={"events": [key]}), 403, "permission_denied")
    problem(caller.post("api_events_replay", body={"events": []}), 422, "invalid_input")


# ---------------------------------------------------------------- pages


def test_headquarters_makes_tries_and_follows_an_address(client, cast, system, receiver):
    client.force_login(cast.headquarters)
    form = {"client": system.pk, "url": "http://10.0.0.1/", "types": EVERY}
    assert "https" in client.post(reverse("webhook_new"), form).content.decode()
    made = client.post(reverse("webhook_new"), form | {"url": receiver.url})
    receiver.secret = made.context["secret"]
    row = WebhookEndpoint.objects.get()
    assert receiver.secret not in client.get(reverse("webhooks")).content.decode()
    to = client.post(reverse("webhook_ping", args=[row.pk])).url
    assert "هنوز تلاشی نشده است" in client.get(to).content.decode()
    delivering.deliver(row.pk)
    assert "۲۰۴" in client.get(to).content.decode()
    assert receiver.verified()[0]["type"] == "endpoint.ping"
    listed = client.get(reverse("webhook_deliveries"), {"state": "delivered", "endpoint": row.pk})
    assert len(listed.context["page_obj"].object_list) == 1


def test_many_messages_are_sent_once_more_each_with_its_outcome(client, cast, system, endpoint, claim):
    other, _ = webhooks.create(
        client=system, url="https://hooks.example.com/", types=EVERY, by=cast.headquarters, at=AT
    )
    first = WebhookDelivery.objects.get()
    WebhookDelivery.objects.update(state="given_up", next_at=None, ended_at=AT)
    second = webhooks.ping(endpoint=other, by=cast.headquarters, at=AT)
    webhooks.close(endpoint=other, by=cast.headquarters, at=AT)
    client.force_login(cast.headquarters)
    page = client.post(reverse("webhook_replay"), {"deliveries": [first.pk, second.pk]}, follow=True)
    assert [row["is_done"] for row in page.context["batch"]["rows"]] == [False, True]
    first.refresh_from_db()
    assert (first.state, first.tries_left) == ("waiting", delivering.TRIES)


def test_an_address_is_had_once_and_five_are_enough(cast, system):
    def make(number):
        webhooks.create(
            client=system, url=f"https://a{number}.example/", types=EVERY, by=cast.headquarters, at=AT
        )

    for number in range(webhooks.MOST):
        make(number)
    for number in (0, 9):
        with pytest.raises(DomainError):
            make(number)
    with pytest.raises(InvalidInput):
        webhooks.create(client=system, url="https://b.example/", types=["x"], by=cast.headquarters, at=AT)


def test_only_one_works_on_an_endpoint(endpoint, claim, receiver, monkeypatch):
    monkeypatch.setattr(jobs, "_ask", lambda *_: False)
    assert delivering.deliver(endpoint.pk, clock=Clock(AT)) == 0
    assert receiver.messages == []
