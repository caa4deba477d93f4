"""People who may sign in: their list, their page, and what headquarters does to their access.

They stand here, above the tree, because a member may belong to an insurer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from core import export
from core.clients import device_name
from core.history import events_of, newest_first
from core.models import AuditEvent
from core.text import persian_digits
from core.trail import told
from core.views import ActionView, DetailPage, FormPage, ListPage
from insurers.forms import NewUserForm, UserForm
from insurers.models import Insurer
from organisations.models import User
from organisations.permissions import Permission, Role
from organisations.services import access, people, second_factor
from organisations.views.tree import searched

USERS = {"label": "کاربران", "url": "/users/"}
#: Session key of a password that is shown once: (user, password).
FRESH_PASSWORD = "fresh_password"
RECENT_EVENTS = 12


def place_of(user: User, insurers: dict[int, str]) -> str:
    """Where the role holds."""
    member = user.membership
    if member.insurer_id:
        return insurers.get(member.insurer_id, "")
    place = member.centre or member.region
    return place.name if place else "همهٔ سازمان"


def full_name(user: User) -> str:
    return str(user)


def insurers_of(user: Any) -> dict[int, str]:
    return dict(Insurer.objects.visible_to(user).values_list("pk", "name"))


class Users(ListPage):
    permission = Permission.USER_VIEW
    template_name = "insurers/users.html"
    context_object_name = "users"

    def get_queryset(self) -> Any:
        query = self.request.GET
        found = User.objects.visible_to(self.request.user).with_access().matching(searched(self.request))
        if query.get("role") in Role.values:
            found = found.filter(membership__role=query["role"])
        if query.get("state") in ("open", "closed"):
            found = found.filter(is_active=query["state"] == "open")
        return found.order_by("-is_active", "last_name", "username")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            insurers = insurers_of(request.user)
            place = export.Column("محدوده", lambda user: place_of(user, insurers), 32)
            columns = (*COLUMNS[:3], place, *COLUMNS[3:])
            return export.xlsx_response(self.get_queryset(), columns, title="کاربران")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(
            breadcrumb=[{"label": "کاربران"}],
            roles=Role.choices,
            may_manage=self.request.user.may(Permission.USER_MANAGE),
            **kwargs,
        )
        insurers = insurers_of(self.request.user)
        return context | {"rows": [(user, place_of(user, insurers)) for user in context["users"]]}


COLUMNS = (
    export.Column("نام", full_name, 28),
    export.Column("نام کاربری", "username"),
    export.Column("نقش", lambda user: user.membership.get_role_display()),
    export.Column("رمز یک‌بارمصرف", lambda user: bool(user.telephones)),
    export.Column("آخرین ورود", "last_login", 24),
    export.Column("نشست‌های باز", "open_sessions"),
    export.Column("باز است", "is_active"),
)


class UserPage(DetailPage):
    permission = Permission.USER_VIEW
    template_name = "insurers/user.html"
    context_object_name = "person"

    def get_queryset(self) -> Any:
        return User.objects.visible_to(self.request.user).with_access()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, viewer = self.object, self.request.user
        fresh = self.request.session.get(FRESH_PASSWORD) or (None, None)
        if fresh[0] == person.pk:
            del self.request.session[FRESH_PASSWORD]
        events = AuditEvent.objects.visible_to(viewer).of_object(person).newest_first()[:RECENT_EVENTS]
        return super().get_context_data(
            breadcrumb=[USERS, {"label": full_name(person)}],
            name=full_name(person),
            place=place_of(person, insurers_of(viewer)),
            may_manage=viewer.may(Permission.USER_MANAGE),
            is_self=viewer.pk == person.pk,
            sessions=[(s, device_name(s.agent)) for s in person.sessions.all().open()],
            unused_codes=person.recovery_codes.filter(used_at=None).count(),
            failures=failures_of(person),
            locks_at=settings.AXES_FAILURE_LIMIT,
            password=fresh[1] if fresh[0] == person.pk else None,
            told=told(events),
            history=newest_first(events_of(person), events_of(person.membership)),
            may_view_audit=viewer.may(Permission.AUDIT_VIEW),
            all_events=f"{reverse('audit')}?kind={person._meta.label_lower}&key={person.pk}",
            **kwargs,
        )


def failures_of(person: User) -> int:
    """Wrong passwords under this name that still count."""
    found = AccessAttempt.objects.filter(username=person.username)
    return int(found.aggregate(n=Sum("failures_since_start", default=0))["n"])


class UserForms(FormPage):
    """What the two forms share."""

    abstract = True
    template_name = "insurers/user_form.html"
    person: User

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"organisation": self.request.user.membership.organisation}

    def get_success_url(self) -> str:
        return reverse("user", args=[self.person.pk])


class UserNew(UserForms):
    permission = Permission.USER_MANAGE
    form_class = NewUserForm

    def act(self, form: NewUserForm) -> None:
        seat, data, password = form.seat(), form.cleaned_data, people.temporary_password()
        self.person = people.add_user(
            username=data["username"],
            password=password,
            first_name=data["first_name"],
            last_name=data["last_name"],
            role=seat.role,
            region=seat.region,
            centre=seat.centre,
            insurer_id=seat.insurer_id,
            organisation=self.request.user.membership.organisation,
            must_change_password=True,
            by=self.request.user,
            at=timezone.now(),
        )
        self.request.session[FRESH_PASSWORD] = (self.person.pk, password)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [USERS, {"label": "کاربر تازه"}]
        return super().get_context_data(breadcrumb=crumbs, back=reverse("users"), **kwargs)


class UserEdit(UserForms):
    permission = Permission.USER_MANAGE
    form_class = UserForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and request.user.may(self.permission):
            self.person = get_object_or_404(User.objects.visible_to(request.user), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return UserForm.of(self.person.membership)

    def act(self, form: UserForm) -> None:
        data = form.cleaned_data
        people.change_user(
            user=self.person,
            first_name=data["first_name"],
            last_name=data["last_name"],
            seat=form.seat(),
            by=self.request.user,
            at=timezone.now(),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = full_name(self.person)
        crumbs = [USERS, {"label": name, "url": self.get_success_url()}, {"label": "ویرایش"}]
        return super().get_context_data(
            breadcrumb=crumbs, person=self.person, name=name, back=self.get_success_url(), **kwargs
        )


class UserAction(ActionView):
    """One act on a colleague's access; the address names it."""

    permission = Permission.USER_MANAGE

    def act(self, request: HttpRequest, *, pk: int, verb: str) -> str:
        person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
        if verb not in ACTS:
            raise Http404
        return ACTS[verb](self, person, {"user": person, "by": request.user, "at": timezone.now()})

    def get_success_url(self) -> str:
        return reverse("user", args=[self.kwargs["pk"]])

    def close(self, person: User, who: dict[str, Any]) -> str:
        people.set_active(**who, active=False)
        return f"حساب {full_name(person)} بسته شد و نشست‌هایش پایان یافت."

    def reopen(self, person: User, who: dict[str, Any]) -> str:
        people.set_active(**who, active=True)
        return f"حساب {full_name(person)} باز شد."

    def reset_password(self, person: User, who: dict[str, Any]) -> str:
        self.request.session[FRESH_PASSWORD] = (person.pk, people.reset_password(**who))
        return "گذرواژهٔ یک‌بارهٔ تازه ساخته شد."

    def end_sessions(self, person: User, who: dict[str, Any]) -> str:
        mine = self.request.session.session_key if person.pk == self.request.user.pk else None
        return f"{persian_digits(access.end_sessions(**who, but=mine))} نشست بسته شد."

    def reset_second_factor(self, person: User, who: dict[str, Any]) -> str:
        second_factor.reset(**who)
        return "رمز یک‌بارمصرف برداشته شد؛ در ورود بعد باید دوباره راه بیفتد."

    def unlock(self, person: User, who: dict[str, Any]) -> str:
        return "قفل ورود باز شد." if people.unlock(**who) else "قفلی نبود."


ACTS: dict[str, Callable[[UserAction, User, dict[str, Any]], str]] = {
    "close": UserAction.close,
    "reopen": UserAction.reopen,
    "reset-password": UserAction.reset_password,
    "end-sessions": UserAction.end_sessions,
    "reset-second-factor": UserAction.reset_second_factor,
    "unlock": UserAction.unlock,
}
