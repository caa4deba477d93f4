"""The audit trail, written inside the transaction of the change it describes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models

from core.models import AuditEvent


def record(
    action: str,
    target: models.Model,
    *,
    by: Any,
    at: dt.datetime,
    organisation_id: int | None = None,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> AuditEvent:
    """Write who (`by`, a user or None for the system) did `action` to `target` at the moment `at`."""
    return AuditEvent.objects.create(
        at=at,
        by_id=by.pk if by else None,
        by_name=by.get_username() if by else "",
        action=action,
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        organisation_id=organisation_id,
        before=before or {},
        after=after or {},
    )


def differences(before: dict[str, object], after: dict[str, object]) -> dict[str, dict[str, object]]:
    """The `before` and `after` of `record`, holding only what changed."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {
        "before": {name: before.get(name) for name in changed},
        "after": {name: after[name] for name in changed},
    }
