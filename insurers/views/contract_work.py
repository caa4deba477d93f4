"""Working on one contract: drafting, terms, steps with their letters, amendments, renewal, files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from core.text import persian_digits
from core.uploads import download
from core.views import ActionView, DetailPage, FormPage
from insurers.choices import OVER_EARLY, Awaited, ContractState
from insurers.contract_forms import (
    ROW_FORMS,
    AmendmentForm,
    ContractForm,
    FileForm,
    FollowUpForm,
    StepForm,
    TermsForm,
)
from insurers.models import Contract, ContractFile, ContractTerms
from insurers.services import contract_drafts, contract_files, contracts
from insurers.views.contracts import VERBS, crumbs
from organisations.permissions import Permission

S = ContractState
ROW_TITLES = {"covers": "تعهد", "ceilings": "سقف سالانه", "documents": "مدرک لازم", "centre_changes": "مرکز"}


class OfContract:
    """The contract of the URL, in the user's scope."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def contract(self) -> Contract:
        seen = Contract.objects.visible_to(self.request.user).select_related("insurer")
        found: Contract = get_object_or_404(seen, pk=self.kwargs["pk"])
        return found

    def get_success_url(self) -> str:
        return self.contract.get_absolute_url()


class OfVersion(OfContract):
    """The open version of the contract of the URL; its page is the one of that version."""

    @cached_property
    def open_version(self) -> ContractTerms:
        found: ContractTerms = get_object_or_404(
            ContractTerms.objects.open().select_related("contract"), contract=self.contract
        )
        return found

    def get_success_url(self) -> str:
        page = self.contract.get_absolute_url()
        return f"{page}?version={self.open_version.number}" if self.open_version.number > 1 else page


class ContractFormPage(OfContract, FormPage):
    """A form about one contract, on the shared template."""

    abstract = True
    permission = Permission.CONTRACT_EDIT
    template_name = "insurers/contract_form.html"
    title = ""
    submit = "ثبت"
    note = ""
    is_danger = False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {
            "title": self.title,
            "submit": self.submit,
            "note": self.note,
            "is_danger": self.is_danger,
            "back": self.get_success_url(),
            "breadcrumb": crumbs(
                (persian_digits(self.contract.number), self.contract.get_absolute_url()), (self.title, "")
            ),
        }
        return super().get_context_data(**(facts | kwargs))


class NewContract(FormPage):
    permission = Permission.CONTRACT_EDIT
    template_name = "insurers/contract_form.html"
    form_class = ContractForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"organisation_id": self.request.user.scope.organisation_id}

    def act(self, form: Any) -> None:
        data = form.cleaned_data
        self.row = contract_drafts.save(
            values={name: data[name] for name in ("insurer", "number", "title", "valid")},
            centres=list(data["centres"]),
            by=self.request.user,
            at=timezone.now(),
        )
        messages.success(self.request, "پیش‌نویس ساخته شد؛ تعهدها و مهلت‌ها را همین‌جا بنویسید.")

    def get_success_url(self) -> str:
        row = getattr(self, "row", None)
        return row.get_absolute_url() if row else reverse("contracts")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title="قرارداد تازه",
            submit="ساختن پیش‌نویس",
            back=reverse("contracts"),
            breadcrumb=crumbs(("قرارداد تازه", "")),
            **kwargs,
        )


class EditContract(ContractFormPage):
    form_class = ContractForm
    title = "ویرایش پیش‌نویس"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"organisation_id": self.contract.organisation_id}

    def get_initial(self) -> dict[str, Any]:
        return ContractForm.of(self.contract)

    def act(self, form: Any) -> None:
        data = form.cleaned_data
        contract_drafts.save(
            values={name: data[name] for name in ("insurer", "number", "title", "valid")},
            centres=list(data["centres"]),
            by=self.request.user,
            at=timezone.now(),
            contract=self.contract,
        )


class EditTerms(OfVersion, ContractFormPage):
    form_class = TermsForm
    title = "مهلت‌ها و پرداخت"
    note = "خانهٔ خالی یعنی همان که قانون می‌گوید."

    def get_initial(self) -> dict[str, Any]:
        said = ("clause", *TermsForm.NUMBERS, *TermsForm.CLAUSES)
        return {name: getattr(self.open_version, name) for name in said}

    def act(self, form: Any) -> None:
        contract_drafts.save_terms(
            version=self.open_version, values=form.cleaned_data, by=self.request.user, at=timezone.now()
        )


class EditRow(OfVersion, ContractFormPage):
    """A cover, ceiling or document of the open version: a new one, or one that is there."""

    template_name = "insurers/contract_form.html"

    def get_form_class(self) -> Any:
        of_amendment = self.kwargs["kind"] == "centre_changes"
        if self.kwargs["kind"] not in ROW_FORMS or (of_amendment and self.open_version.number == 1):
            raise Http404
        return ROW_FORMS[self.kwargs["kind"]]

    @cached_property
    def row(self) -> Any:
        if "row" not in self.kwargs:
            return None
        return get_object_or_404(
            contract_drafts.ROWS[self.kwargs["kind"]], terms=self.open_version, pk=self.kwargs["row"]
        )

    @property
    def title(self) -> str:  # type: ignore[override]
        name = ROW_TITLES.get(self.kwargs["kind"], "")
        return name if "row" in self.kwargs else f"{name} تازه"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"contract": self.open_version.contract}

    def get_initial(self) -> dict[str, Any]:
        if self.row is None:
            return {}
        names = self.get_form_class()(contract=self.contract).fields
        said = {name: getattr(self.row, name) for name in names}
        # A choice between two, of which the first is the empty one.
        return said | ({"is_leaving": "1" if said["is_leaving"] else ""} if "is_leaving" in said else {})

    def act(self, form: Any) -> None:
        contract_drafts.put_row(
            version=self.open_version,
            kind=self.kwargs["kind"],
            values=form.cleaned_data,
            by=self.request.user,
            at=timezone.now(),
            row_id=self.kwargs.get("row"),
        )


class TakeStep(ContractFormPage):
    """A step with its letter; what the step does not need is not asked."""

    form_class = StepForm

    @cached_property
    def to(self) -> ContractState:
        if self.kwargs["to"] not in {to.value for to in VERBS}:
            raise Http404
        return S(self.kwargs["to"])

    @property
    def title(self) -> str:  # type: ignore[override]
        return "از سرگیری اجرا" if contracts.resumes(self.contract, self.to) else VERBS[self.to]

    @property
    def note(self) -> str:  # type: ignore[override]
        return NOTES.get(self.to, "")

    @property
    def is_danger(self) -> bool:  # type: ignore[override]
        return self.to in OVER_EARLY

    @property
    def submit(self) -> str:  # type: ignore[override]
        return f"{VERBS[self.to]} قرارداد" if self.is_danger else "ثبت"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"contract": self.contract, "to": self.to}

    def act(self, form: Any) -> None:
        row = contracts.advance(
            contract=self.contract,
            to=self.to,
            by=self.request.user,
            at=timezone.now(),
            letter=form.letter(),
            effective_on=form.cleaned_data.get("effective_on"),
            number=form.cleaned_data.get("number", ""),
        )
        messages.success(self.request, f"قرارداد اکنون «{row.get_state_display()}» است.")


NOTES = {
    S.SENT: "پس از ارسال، متن قرارداد دیگر ویرایش نمی‌شود؛ برای ویرایش آن را به پیش‌نویس برگردانید.",
    S.SIGNED: "امضا را کسی ثبت می‌کند که پیش‌نویس را ننوشته است؛ شرایط با آن تأیید می‌شود و دیگر تغییر نمی‌کند.",
    S.NOTIFIED: "از این پس مرکزهای قرارداد آن را می‌بینند.",
    S.ACTIVE: "تعهدهای قرارداد به قاعدهٔ پوشش مرکزهایش می‌شود و صورتحساب‌های تازه با آن نرخ‌گذاری می‌شود.",
    S.SUSPENDED: "از این روز قرارداد به شمار نمی‌آید، تا از سر گرفته شود.",
    S.ENDED: "از این روز قرارداد به پایان می‌رسد و بازنمی‌گردد: پوشش مرکزهایش تا روز پیش از آن می‌ماند.",
    S.CANCELLED: "قراردادی که آغاز نشده است لغو می‌شود و بازنمی‌گردد؛ اگر به اجرا گذاشته شده باشد پوشش آن برداشته می‌شود.",
}


class FollowUp(ContractFormPage):
    form_class = FollowUpForm
    title = "ثبت پیگیری"

    def get_initial(self) -> dict[str, Any]:
        return {"awaits": self.contract.awaits}

    def act(self, form: Any) -> None:
        contracts.follow_up(
            contract=self.contract,
            awaits=Awaited(form.cleaned_data["awaits"]),
            letter=form.letter(),
            by=self.request.user,
            at=timezone.now(),
        )


class NewAmendment(ContractFormPage):
    form_class = AmendmentForm
    title = "الحاقیهٔ تازه"
    submit = "ساختن پیش‌نویس الحاقیه"
    note = "همهٔ شرایط نسخهٔ کنونی رونوشت می‌شود؛ پس از ویرایش، همکار دیگری آن را تأیید می‌کند."

    def act(self, form: Any) -> None:
        self.version = contract_drafts.begin_amendment(
            contract=self.contract, **form.cleaned_data, by=self.request.user, at=timezone.now()
        )

    def get_success_url(self) -> str:
        made = getattr(self, "version", None)
        page = self.contract.get_absolute_url()
        return f"{page}?version={made.number}" if made else page


class AddFile(ContractFormPage):
    form_class = FileForm
    title = "افزودن فایل"
    submit = "افزودن"

    def act(self, form: Any) -> None:
        file = form.cleaned_data["file"]
        contract_files.add(
            contract=self.contract,
            upload=file,
            name=file.name,
            kind=form.cleaned_data["kind"],
            by=self.request.user,
            at=timezone.now(),
        )


class ContractFilePage(OfContract, DetailPage):
    """The file as it was kept, always as a download."""

    permission = Permission.CONTRACT_VIEW

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | FileResponse:
        row = get_object_or_404(
            ContractFile.objects.filter(contract=self.contract).visible_to(request.user), pk=kwargs["file"]
        )
        return download(row.file, row.name)


class OnContract(OfContract, ActionView):
    """An action on one contract, which returns to its page."""

    abstract = True
    permission = Permission.CONTRACT_EDIT


class DropRow(OfVersion, OnContract):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        if kwargs["kind"] not in contract_drafts.ROWS:
            raise Http404
        contract_drafts.drop_row(
            version=self.open_version,
            kind=kwargs["kind"],
            row_id=kwargs["row"],
            by=request.user,
            at=timezone.now(),
        )
        return "ردیف حذف شد."


class Renew(OnContract):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        self.row = contract_drafts.renew(contract=self.contract, by=request.user, at=timezone.now())
        return "پیش‌نویس تمدید از روی این قرارداد ساخته شد."

    def get_success_url(self) -> str:
        return getattr(self, "row", self.contract).get_absolute_url()


class ApproveAmendment(OfVersion, OnContract):
    permission = Permission.CONTRACT_APPROVE

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        contract_drafts.approve_amendment(version=self.open_version, by=request.user, at=timezone.now())
        return "الحاقیه تأیید شد و از روز خود به شمار می‌آید."


class DropAmendment(OnContract):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        version = get_object_or_404(ContractTerms.objects.open(), contract=self.contract)
        contract_drafts.drop_amendment(version=version, by=request.user, at=timezone.now())
        return "پیش‌نویس الحاقیه حذف شد."
