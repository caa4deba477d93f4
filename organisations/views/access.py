"""Signing in and out, changing one's password, and the gate before the gallery of the interface."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import views as auth
from django.http import HttpResponse
from django.urls import reverse

from core.gallery import GalleryView
from core.views import Gate
from organisations.menu import landing
from organisations.permissions import Permission


class SignIn(auth.LoginView):
    template_name = "organisations/sign_in.html"
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """Each role starts on the first page it may open."""
        return landing(self.request.user)


class SignOut(auth.LogoutView):
    """POST only, so that no link or image of another site signs a person out."""


class PasswordChange(auth.PasswordChangeView):
    template_name = "organisations/password.html"

    def get_success_url(self) -> str:
        return reverse("password_change")

    def form_valid(self, form) -> HttpResponse:
        messages.success(self.request, "گذرواژه عوض شد.")
        return super().form_valid(form)


class Gallery(Gate, GalleryView):
    permission = Permission.GALLERY_VIEW
