"""Who may sign in, in which role and where. Nobody changes the own access: a colleague at headquarters does."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.db import transaction

from core import audit
from core.errors import InvalidInput, NotAllowed
from core.history import told
from organisations.models import Centre, Membership, Organisation, Region, User
from organisations.permissions import Role
from organisations.services.access import check_password_policy

#: What each role must name, and what it may not.
NEEDED = {Role.REGION: "region", Role.HOSPITAL: "centre", Role.INSURER: "insurer_id"}
#: Letters and digits that are not taken for one another when read aloud.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Seat:
    """A role, and where it holds: the organisation, one of its regions, one centre, or one insurer."""

    role: Role
    region: Region | None = None
    centre: Centre | None = None
    insurer_id: int | None = None

    def check(self, organisation: Organisation) -> None:
        """Refuses a scope that the role does not ask for, or of another organisation."""
        named = {name for name in ("region", "centre", "insurer_id") if getattr(self, name) is not None}
        needed = NEEDED.get(self.role)
        if named != ({needed} if needed else set()):
            words = {
                "region": "یک منطقه", "centre": "یک مرکز", "insurer_id": "یک بیمه‌گر", None: "فقط سازمان",
            }  # fmt: skip
            raise InvalidInput(f"برای نقش «{self.role.label}» باید {words[needed]} مشخص شود.")
        owner = self.region or (self.centre.region if self.centre else None)
        if owner and owner.organisation_id != organisation.pk:
            raise InvalidInput("این منطقه یا مرکز از سازمان دیگری است؛ یکی از همین سازمان برگزینید.")

    @property
    def facts(self) -> dict[str, object]:
        """What the audit trail keeps."""
        region, centre = self.region, self.centre
        facts = {"role": str(self.role), "region": region and region.pk, "centre": centre and centre.pk}
        return facts | ({"insurer": self.insurer_id} if self.insurer_id else {})


def seat_of(member: Membership) -> Seat:
    """The present role and scope of a member."""
    return Seat(Role(member.role), member.region, member.centre, member.insurer_id)


@told
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
    first_name: str = "",
    last_name: str = "",
    must_change_password: bool = False,
    second_factor_exempt: bool = False,
) -> User:
    """A person with one role in one scope; the scope must be the one the role asks for.

    `second_factor_exempt` is for the demonstration: nobody is asked for a telephone to look around.
    """
    seat = Seat(role, region, centre, insurer_id)
    seat.check(organisation)
    if User.objects.filter(username__iexact=username).exists():
        raise InvalidInput(f"نام کاربری «{username}» پیش‌تر گرفته شده است.")
    user = User(username=username, first_name=first_name, last_name=last_name)
    user.second_factor_exempt, user.must_change_password = second_factor_exempt, must_change_password
    check_password_policy(password, user)
    user.set_password(password)
    user.save()
    Membership.objects.create(
        user=user, role=role, organisation=organisation, region=region, centre=centre, insurer_id=insurer_id
    )
    audit.record("user.added", user, by=by, at=at, organisation_id=organisation.pk, after=seat.facts)
    return user


@told
@transaction.atomic
def change_user(
    *, user: User, first_name: str, last_name: str, seat: Seat, by: User, at: dt.datetime
) -> bool:
    """Name, role and scope of a colleague; a new role or scope ends all their sessions. False: nothing changed."""
    member = _member(user)
    seat.check(member.organisation)
    before, after = seat_of(member).facts, seat.facts
    moved = before != after
    if moved:
        _of_another(user, by, "نقش و محدودهٔ خود را")
    names = {"first_name": user.first_name, "last_name": user.last_name}
    new_names = {"first_name": first_name, "last_name": last_name}
    if not moved and names == new_names:
        return False
    user.first_name, user.last_name = first_name, last_name
    user.save(update_fields=["first_name", "last_name"])
    if moved:
        member.role, member.region, member.centre = seat.role, seat.region, seat.centre
        member.insurer_id = seat.insurer_id
        member.save()
        user.sessions.all().delete()
    _record("user.changed", user, by=by, at=at, **audit.differences(names | before, new_names | after))
    return True


@told
@transaction.atomic
def set_active(*, user: User, active: bool, by: User, at: dt.datetime) -> bool:
    """Close an account (all its sessions end, its history stays) or open it again. False: it already was."""
    _of_another(user, by, "حساب خود را")
    if user.is_active == active:
        return False
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        user.sessions.all().delete()
    _record("user.opened" if active else "user.closed", user, by=by, at=at)
    return True


@told
@transaction.atomic
def reset_password(*, user: User, by: User, at: dt.datetime) -> str:
    """A password for the next sign-in only, given once; every session ends and the person must choose a new one."""
    _of_another(user, by, "گذرواژهٔ خود را از این‌جا")
    password = temporary_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    user.sessions.all().delete()
    AxesProxyHandler.reset_attempts(username=user.username)
    _record("password.reset", user, by=by, at=at)
    return password


def unlock(*, user: User, by: User, at: dt.datetime) -> bool:
    """Forget the wrong passwords given under this name. False: there were none."""
    with transaction.atomic():
        found = AxesProxyHandler.reset_attempts(username=user.username)
        if found:
            _record("user.unlocked", user, by=by, at=at)
    return bool(found)


def temporary_password() -> str:
    """Sixteen characters in groups of four, 79 bits, easily read aloud."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(16))
    return "-".join(text[place : place + 4] for place in range(0, 16, 4))


def _member(user: User) -> Membership:
    return Membership.objects.select_for_update(of=("self",)).select_related(
        "organisation", "region", "centre__region"
    ).get(user=user)  # fmt: skip


def _of_another(user: User, by: User, what: str) -> None:
    if by.pk == user.pk:
        raise NotAllowed(f"کسی {what} عوض نمی‌کند؛ از همکار دیگری در ستاد بخواهید.")


def _record(action: str, user: User, *, by: User, at: dt.datetime, **facts: Any) -> None:
    audit.record(action, user, by=by, at=at, organisation_id=user.membership.organisation_id, **facts)
