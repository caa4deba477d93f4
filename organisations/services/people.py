"""Writes to the organisation tree and its members."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from core import audit
from core.errors import InvalidInput
from organisations.models import Centre, Membership, Organisation, Region, User
from organisations.permissions import Role
from organisations.services.access import check_password_policy


@transaction.atomic
def add_user(
    *,
    username: str,
    password: str,
    role: Role,
    organisation: Organisation,
    by: Any,
    at: dt.datetime,
    region: Region | None = None,
    centre: Centre | None = None,
    insurer_id: int | None = None,
    second_factor_exempt: bool = False,
) -> User:
    """A person with one role in one scope; the scope must be the one the role asks for.

    `second_factor_exempt` is for the demonstration: nobody is asked for a telephone to look around.
    """
    _check_scope(role, region=region, centre=centre, insurer_id=insurer_id)
    if User.objects.filter(username=username).exists():
        raise InvalidInput(f"نام کاربری «{username}» پیش‌تر گرفته شده است.")
    user = User(username=username, second_factor_exempt=second_factor_exempt)
    check_password_policy(password, user)
    user.set_password(password)
    user.save()
    Membership.objects.create(
        user=user, role=role, organisation=organisation, region=region, centre=centre, insurer_id=insurer_id
    )
    scope = {"role": str(role), "region": region and region.code, "centre": centre and centre.code}
    audit.record("user.added", user, by=by, at=at, organisation_id=organisation.pk, after=scope)
    return user


#: What each role must name, and what it may not.
NEEDED = {Role.REGION: "region", Role.HOSPITAL: "centre", Role.INSURER: "insurer_id"}


def _check_scope(role: Role, **scope: object) -> None:
    needed = NEEDED.get(role)
    named = {name for name, value in scope.items() if value is not None}
    if named != ({needed} if needed else set()):
        words = {"region": "یک منطقه", "centre": "یک مرکز", "insurer_id": "یک بیمه‌گر", None: "فقط سازمان"}
        raise InvalidInput(f"برای نقش «{role.label}» باید {words[needed]} مشخص شود.")
