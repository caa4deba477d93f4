"""What a client of an insurer may be allowed to do, each the permission of a person's role under another name."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from core.errors import InvalidInput
from organisations.permissions import Permission


class ApiScope(models.TextChoices):
    CLAIMS_READ = "claims.read", "دیدن مطالبه‌ها و سطرها"
    CLAIMS_ACKNOWLEDGE = "claims.acknowledge", "رسید دادن"
    CLAIMS_ADJUDICATE = "claims.adjudicate", "پاسخ به سطرها"
    REMITTANCES_READ = "remittances.read", "دیدن حواله‌ها"
    REMITTANCES_WRITE = "remittances.write", "گفتن پرداخت‌ها و علی‌الحساب"
    EVENTS_REPLAY = "events.replay", "بازفرستی رویدادها"


GRANTS: dict[str, Permission] = {
    ApiScope.CLAIMS_READ: Permission.CLAIM_VIEW,
    ApiScope.CLAIMS_ACKNOWLEDGE: Permission.CLAIM_ACKNOWLEDGE,
    ApiScope.CLAIMS_ADJUDICATE: Permission.CLAIM_ADJUDICATE,
    ApiScope.REMITTANCES_READ: Permission.REMITTANCE_VIEW,
    ApiScope.REMITTANCES_WRITE: Permission.REMITTANCE_TELL,
    ApiScope.EVENTS_REPLAY: Permission.EVENT_REPLAY,
}


def checked(names: Iterable[str]) -> list[str]:
    """Scopes in the order of the list; refused where one is unknown."""
    wanted = set(names)
    if unknown := sorted(wanted - set(ApiScope.values)):
        raise InvalidInput(f"دامنهٔ ناشناخته: {'، '.join(unknown)}.")
    return [scope for scope in ApiScope.values if scope in wanted]
