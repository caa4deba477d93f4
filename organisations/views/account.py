"""The own account: password, telephone for one-time codes, and the sessions that are open."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth import views as auth
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString, mark_safe
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView

from core.clients import device_name
from core.errors import DomainError
from core.text import persian_digits
from organisations.forms import CodeForm, PasswordForm
from organisations.services import access, second_factor

ACCOUNT = {"label": "حساب من", "url": "/account/"}
#: Session keys: the key that the page shows as a QR code, and recovery codes that were not yet shown.
OFFERED, FRESH_CODES = "offered_key", "fresh_codes"


class Account(LoginRequiredMixin, TemplateView):
    """What the account is, and where it is signed in."""

    template_name = "organisations/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, here = self.request.user, self.request.session.session_key
        rows = [(row, device_name(row.agent), row.pk == here) for row in user.sessions.all().open()]
        return super().get_context_data(
            breadcrumb=[{"label": "حساب من"}],
            rows=sorted(rows, key=lambda row: not row[2]),
            has_device=second_factor.device_of(user) is not None,
            **kwargs,
        )


class OwnAction(LoginRequiredMixin, View):
    """A POST about the own account that returns to its page."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        messages.success(request, self.act(request, **kwargs))
        return HttpResponseRedirect(reverse("account"))

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        raise NotImplementedError


class EndSession(OwnAction):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        user = request.user
        ended = access.end_session(user=user, reference=kwargs["reference"], by=user, at=timezone.now())
        return "آن نشست بسته شد." if ended else "آن نشست پیش‌تر بسته شده بود."


class EndOtherSessions(OwnAction):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        user = request.user
        ended = access.end_sessions(user=user, by=user, at=timezone.now(), but=request.session.session_key)
        return f"{persian_digits(ended)} نشست دیگر بسته شد."


class PasswordChange(auth.PasswordChangeView):
    template_name = "organisations/password.html"
    form_class = PasswordForm

    def get_success_url(self) -> str:
        return reverse("account")

    def form_valid(self, form: Any) -> HttpResponse:
        user = self.request.user
        update = {"user": user, "password": form.cleaned_data["new_password1"], "by": user}
        ended = access.change_password(
            **update, at=timezone.now(), session_key=self.request.session.session_key
        )
        update_session_auth_hash(self.request, user)
        others = f" {persian_digits(ended)} نشست دیگر بسته شد." if ended else ""
        messages.success(self.request, f"گذرواژه عوض شد.{others}")
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(breadcrumb=[ACCOUNT, {"label": "تغییر گذرواژه"}], **kwargs)


@method_decorator([never_cache, sensitive_post_parameters("code")], name="dispatch")
class CodePage(LoginRequiredMixin, FormView):
    """A page that takes a code and does one thing with it."""

    form_class = CodeForm
    template_name = "organisations/second_factor.html"

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.act(form.cleaned_data["code"])
        except DomainError as refusal:
            form.add_error("code", refusal.sentence)
            return self.form_invalid(form)
        return HttpResponseRedirect(reverse("second_factor"))

    def act(self, code: str) -> None:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            breadcrumb=[ACCOUNT, {"label": "رمز یک‌بارمصرف"}],
            device=second_factor.device_of(user),
            fresh_codes=self.request.session.pop(FRESH_CODES, None),
            unused_codes=user.recovery_codes.filter(used_at=None).count(),
            **kwargs,
        )


class SecondFactor(CodePage):
    """Whether a telephone is enrolled; without one, the QR code of a new key and the field for its first code."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A session from before a code was asked for signs in anew."""
        user = request.user
        owes = (
            user.is_authenticated and user.needs_second_factor and not second_factor.passed(request.session)
        )
        if owes and second_factor.device_of(user):
            logout(request)
            return HttpResponseRedirect(reverse("login"))
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"recovery": False}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if context["device"]:
            return context | {"form": CodeForm()}
        key = self.request.session.setdefault(OFFERED, second_factor.new_key())
        link = second_factor.address(self.request.user, key)
        return context | {"qr": drawn(link), "secret": second_factor.readable(key)}

    def act(self, code: str) -> None:
        session, user = self.request.session, self.request.user
        codes = second_factor.enrol(
            user=user, key=session.get(OFFERED, ""), code=code, by=user, at=timezone.now()
        )
        access.end_sessions(user=user, by=user, at=timezone.now(), but=session.session_key)
        session.pop(OFFERED, None)
        session[FRESH_CODES], session[second_factor.PASSED] = codes, True
        session.cycle_key()


class RenewRecoveryCodes(CodePage):
    http_method_names = ["post"]

    def act(self, code: str) -> None:
        user = self.request.user
        codes = second_factor.renew_recovery_codes(user=user, code=code, by=user, at=timezone.now())
        self.request.session[FRESH_CODES] = codes


class RemoveSecondFactor(CodePage):
    http_method_names = ["post"]

    def act(self, code: str) -> None:
        user = self.request.user
        second_factor.remove(user=user, code=code, by=user, at=timezone.now())
        self.request.session.pop(second_factor.PASSED, None)
        messages.success(self.request, "رمز یک‌بارمصرف برداشته شد.")


def drawn(link: str) -> SafeString:
    """The QR code of a link as SVG, black on white whatever the theme, with the quiet zone scanners need."""
    image = segno.make(link, error="m", micro=False)
    return mark_safe(image.svg_inline(border=4, dark="#000", light="#fff", omitsize=True))
