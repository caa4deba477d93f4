"""Base of every page: a permission is declared or the class does not load; refusals become messages."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.mixins import AccessMixin
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.views import generic
from django_htmx.http import HttpResponseClientRefresh

from core import faults
from core.errors import DomainError
from core.paging import Pages


class Gate(AccessMixin):
    """Lets a signed-in user with the declared permission through; everybody else is refused.

    `permission` is a member of the permission enum. Classes that only serve as bases set `abstract = True`.
    """

    permission: ClassVar[str]
    abstract: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "abstract" not in cls.__dict__:
            cls.abstract = False
        if not cls.abstract and not getattr(cls, "permission", None):
            raise ImproperlyConfigured(f"{cls.__module__}.{cls.__qualname__} declares no permission.")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        if not request.user.may(self.permission):  # type: ignore[union-attr]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A page instead of nothing: the address of an action was typed, or opened again from the history."""
        said = faults.answer(request, 405)
        said["Allow"] = ", ".join(self._allowed_methods())  # type: ignore[attr-defined]
        return said


class PageView(Gate, generic.TemplateView):
    abstract = True


class ListPage(Gate, generic.ListView):
    """A filtered, sorted, paged list; the filter and order live in the URL."""

    abstract = True
    paginate_by = 50
    paginator_class = Pages

    def paginate_queryset(self, queryset: Any, page_size: int) -> tuple[Any, Any, Any, bool]:
        """The page of the address; a number beyond either end leads to the page at that end."""
        pages = self.get_paginator(queryset, page_size, allow_empty_first_page=self.get_allow_empty())
        page = pages.get_page(self.request.GET.get(self.page_kwarg))
        return pages, page, page.object_list, page.has_other_pages()


class DetailPage(Gate, generic.DetailView):
    """One object, fetched through the user's scope: a neighbour's object does not exist."""

    abstract = True

    def get_queryset(self) -> Any:
        return super().get_queryset().visible_to(self.request.user)


class ProgressPage(DetailPage):
    """The moving part of a page about long work; once its job is over the page loads itself anew, with its outcome."""

    abstract = True
    template_name = "_progress.html"

    def job(self) -> Any:
        """The job of the object; None where it has none."""
        return self.object.job

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.object = self.get_object()
        job = self.job()
        if request.headers.get("HX-Request") and (job is None or job.is_over):
            return HttpResponseClientRefresh()
        return self.render_to_response(self.get_context_data(job=job, job_url=request.path))


class FormPage(Gate, generic.FormView):
    """A form whose refusals stay on the form."""

    abstract = True

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.act(form)
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
            return self.form_invalid(form)
        return super().form_valid(form)

    def act(self, form: Any) -> None:
        """Call the one service of this page."""
        raise NotImplementedError


class ActionView(Gate, generic.View):
    """A POST that calls one service, says how it went, and returns to a page."""

    abstract = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            said = self.act(request, **kwargs)
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, said)
        return HttpResponseRedirect(self.get_success_url())

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        """Call the service; the sentence returned is shown."""
        raise NotImplementedError

    def get_success_url(self) -> str:
        raise NotImplementedError
