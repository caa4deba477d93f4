"""Load on the interface for insurers: many clients at once against a running site, and how long they waited."""

from __future__ import annotations

import datetime as dt
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import urllib3
from django.utils import timezone

from billing.claims.api.models import ApiClient
from billing.claims.api.scopes import ApiScope
from billing.claims.choices import DELIVERED
from billing.claims.models import Claim
from billing.claims.services import clients

#: Calls a minute that one client keeps below its rate.
PACE = dt.timedelta(minutes=1) / 550
#: What a client does again and again: it reads, as an insurer's system does most of the time.
PATHS = (
    "/claims/?limit=50", "/claims/{claim}/", "/claims/{claim}/lines/?limit=200", "/claims/{claim}/invoices/?limit=100",
    "/claims/{claim}/adjudications/", "/objections/", "/remittances/", "/events/", "/code-lists/cut-reasons/",
)  # fmt: skip


@dataclass
class Outcome:
    """What the calls came to: seconds of each, and how many ended with each status (0: no answer)."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def wrong(self) -> int:
        return sum(count for status, count in self.statuses.items() if status != 200)

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share (0 … 1) of the calls was answered."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def run(*, url: str, by: Any, count: int, seconds: int) -> Outcome:
    """`count` clients of the insurer with most claims, made for this and closed afterwards, read for `seconds`."""
    seen = Claim.objects.visible_to(by).filter(state__in=DELIVERED).order_by("-asked", "pk")
    first = seen.select_related("insurer").first()
    if first is None:
        raise ValueError("no claim was sent yet")
    claims = list(seen.filter(insurer=first.insurer).values_list("pk", flat=True)[:50])
    made = [
        clients.create(
            insurer=first.insurer, name=f"بار {number + 1}", scopes=list(ApiScope.values), by=by, at=timezone.now()
        )
        for number in range(count)
    ]  # fmt: skip
    try:
        return _drive(f"{url.rstrip('/')}/api/v1", made, claims, seconds)
    finally:
        for client, _ in made:
            clients.revoke(client=client, by=by, at=timezone.now())


def _drive(base: str, made: list[tuple[ApiClient, str]], claims: list[int], seconds: int) -> Outcome:
    outcome, lock = Outcome(), threading.Lock()
    pool = urllib3.PoolManager(maxsize=len(made), block=True, timeout=30, retries=False)
    tokens = [_token(pool, base, client, secret) for client, secret in made]
    ends = time.monotonic() + seconds

    def work(number: int) -> None:
        chance, headers = random.Random(number), {"Authorization": f"Bearer {tokens[number]}"}
        while (began := time.monotonic()) < ends:
            path = chance.choice(PATHS).format(claim=chance.choice(claims))
            try:
                status = pool.request("GET", base + path, headers=headers).status
            except urllib3.exceptions.HTTPError:
                status = 0
            took = time.monotonic() - began
            with lock:
                outcome.seconds.append(took)
                outcome.statuses[status] += 1
            time.sleep(max(0.0, PACE.total_seconds() - took))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(made))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome


def _token(pool: urllib3.PoolManager, base: str, client: ApiClient, secret: str) -> str:
    """A token; where the address asked too often, after the wait that it is told."""
    form = {"grant_type": "client_credentials", "client_id": client.key, "client_secret": secret}
    for _ in range(3):
        answer = pool.request("POST", f"{base}/oauth/token", fields=form, encode_multipart=False)
        if answer.status == 200:
            return str(json.loads(answer.data)["access_token"])
        time.sleep(int(answer.headers.get("Retry-After", 1)))
    raise ValueError(f"no token: {answer.status}")
