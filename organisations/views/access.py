"""Signing in and out, and the gate before the gallery of the interface."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import FormView

from core.gallery import GalleryView
from core.views import Gate
from organisations import sessions
from organisations.forms import CodeForm, SignInForm
from organisations.menu import landing
from organisations.models import User
from organisations.permissions import Permission
from organisations.services import access, second_factor

#: Session key of who has given the right password and still owes the code.
HALF_WAY = "half_way"
#: How long the code may take.
PATIENCE_SECONDS = 5 * 60


def enter(request: HttpRequest, user: Any, *, backend: str, second_factor_given: bool) -> None:
    """Open the session of a person who has shown all the account asks for."""
    login(request, user, backend=backend)
    sessions.begin(request)
    if second_factor_given:
        request.session[second_factor.PASSED] = True
    access.signed_in(
        user=user,
        address=request.session[sessions.ADDRESS],
        second_factor=second_factor_given,
        at=timezone.now(),
    )


class SignIn(auth.LoginView):
    template_name = "organisations/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_redirect_url(self) -> str:
        """The page that asked for the sign-in; the site's own address asked for none."""
        found: str = super().get_redirect_url()
        return "" if found == "/" else found

    def get_default_redirect_url(self) -> str:
        """Each role starts on the first page it may open."""
        return landing(self.request.user)

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        if second_factor.device_of(user):
            self.request.session[HALF_WAY] = {
                "user": user.pk,
                "backend": user.backend,
                "next": self.get_redirect_url(),
                "since": int(time.time()),
            }
            return HttpResponseRedirect(reverse("login_code"))
        enter(self.request, user, backend=user.backend, second_factor_given=False)
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        over = sessions.ran_out(self.request) and "next" in self.request.GET
        limits = {"idle_minutes": settings.SESSION_IDLE_MINUTES, "hours": settings.SESSION_HOURS}
        return super().get_context_data(session_over=over, **limits, **kwargs)


class SignInCode(FormView):
    """The second step: only for who has given the right password a moment ago."""

    template_name = "organisations/sign_in_code.html"
    form_class = CodeForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.half = request.session.get(HALF_WAY) or {}
        fresh = time.time() - self.half.get("since", 0) < PATIENCE_SECONDS
        person = User.objects.filter(pk=self.half.get("user"), is_active=True).first() if fresh else None
        if request.user.is_authenticated or person is None:
            return HttpResponseRedirect(reverse("login"))
        self.person = person
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        now = timezone.now()
        if seconds := second_factor.wait(self.person, at=now):
            form.add_error("code", second_factor.waiting(seconds))
            return self.form_invalid(form)
        if not second_factor.accepted(self.person, form.cleaned_data["code"], at=now):
            form.add_error("code", second_factor.WRONG_CODE)
            return self.form_invalid(form)
        del self.request.session[HALF_WAY]
        enter(self.request, self.person, backend=self.half["backend"], second_factor_given=True)
        return HttpResponseRedirect(self.half["next"] or landing(self.person))


class SignOut(auth.LogoutView):
    """POST only, so that no link or image of another site signs a person out."""


class Gallery(Gate, GalleryView):
    permission = Permission.GALLERY_VIEW
