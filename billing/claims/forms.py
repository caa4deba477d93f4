"""Forms of claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from billing.claims.api.models import ApiClient
from billing.claims.api.scopes import ApiScope
from billing.claims.choices import Payer
from billing.claims.filters import insurers_of
from billing.claims.models import ClaimLine
from billing.claims.objections.models import NOTE_LENGTH, TEXT_LENGTH, ObjectionLine
from billing.claims.reasons import REFUSED, titles, valid_on
from billing.claims.services.adjudication import Cut, Decision
from billing.claims.services.gathering import Cell
from billing.claims.services.objecting import Against, Reply
from billing.claims.webhooks.choices import SUBSCRIBED
from core.filters import whole
from core.forms import (
    CleanCharField,
    JalaliDateField,
    JalaliMonthField,
    PercentBpField,
    RialField,
    SayingForm,
)
from core.text import group_digits, persian_digits
from insurers.models import Fund, Insurer
from organisations.models import Centre


class CellsField(forms.Field):
    """Cells as `centre-fund-payer`; what is none of the user's is left out."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[tuple[int, int, Payer]]:
        found = []
        for text in value or ():
            parts = str(text).split("-")
            if len(parts) == 3 and parts[2] in Payer.values:
                centre, fund = whole(parts[0]), whole(parts[1])
                if centre is not None and fund is not None:
                    found.append((centre, fund, Payer(parts[2])))
        return list(dict.fromkeys(found))


class GatherForm(SayingForm):
    """Which cells of a month are gathered into claims."""

    month = JalaliMonthField(label="ماه")
    with_sent = forms.BooleanField(label="همراه فرستاده‌شده‌های پیشین", required=False)
    cells = CellsField(label="ردیف‌ها", error_messages={"required": "دست‌کم یک ردیف را برگزینید."})

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def chosen(self) -> list[Cell]:
        """The cells whose centre and fund the user sees."""
        keys = self.cleaned_data["cells"]
        centres = (
            Centre.objects.visible_to(self.user).select_related("region").in_bulk({key[0] for key in keys})
        )
        funds = Fund.objects.visible_to(self.user).select_related("insurer").in_bulk({key[1] for key in keys})
        return [
            Cell(centres[centre], funds[fund], payer)
            for centre, fund, payer in keys
            if centre in centres and fund in funds
        ]


class ClientForm(forms.Form):
    """A system of an insurer, and what it may do."""

    insurer = forms.ModelChoiceField(Insurer.objects.none(), label="بیمه‌گر", empty_label="بیمه‌گر را برگزینید")
    name = CleanCharField(label="نام سامانه", max_length=80)
    scopes = forms.MultipleChoiceField(
        label="دامنه‌ها",
        choices=ApiScope.choices,
        initial=ApiScope.values,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["insurer"].queryset = insurers_of(user)


class WebhookForm(forms.Form):
    """An address of a client, and what it is told."""

    client = forms.ModelChoiceField(
        ApiClient.objects.none(), label="سامانه", empty_label="سامانه را برگزینید"
    )
    url = CleanCharField(label="نشانی", max_length=500, help_text="با https آغاز می‌شود.")
    types = forms.MultipleChoiceField(
        label="رویدادها",
        choices=[(kind.value, kind.label) for kind in SUBSCRIBED],
        initial=[kind.value for kind in SUBSCRIBED],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = ApiClient.objects.visible_to(user).filter(revoked_at=None).select_related("insurer")
        self.fields["client"].queryset = seen.order_by("insurer__name", "name", "pk")
        self.fields["client"].label_from_instance = lambda one: f"{one.insurer.name}، {one.name}"


class ObjectionForm(forms.Form):
    """An objection to cut lines of a claim: which, how much of each cut, and why."""

    text = CleanCharField(
        label="متن اعتراض", max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        *args: Any,
        lines: Iterable[ClaimLine],
        standing: Mapping[int, ObjectionLine] | None = None,
        **kwargs: Any,
    ) -> None:
        """`standing` are the lines of the draft that is written anew, by the key of the claim's line."""
        super().__init__(*args, **kwargs)
        self.shown, self.standing = list(lines), standing or {}
        for line in self.shown:
            old = self.standing.get(line.pk)
            self.fields[f"take-{line.pk}"] = forms.BooleanField(
                label="انتخاب", required=False, initial=old is not None
            )
            self.fields[f"amount-{line.pk}"] = RialField(
                label=f"مبلغ اعتراض سطر {persian_digits(line.line_no)}", required=False,
                initial=old.asked if old else line.cut,
            )  # fmt: skip
            self.fields[f"reason-{line.pk}"] = CleanCharField(
                label=f"دلیل سطر {persian_digits(line.line_no)}", max_length=NOTE_LENGTH, required=False,
                initial=old.reason if old else "",
            )  # fmt: skip

    def rows(self) -> list[tuple[ClaimLine, Any, Any, Any]]:
        """Each line with its three fields."""
        return [
            (line, self[f"take-{line.pk}"], self[f"amount-{line.pk}"], self[f"reason-{line.pk}"])
            for line in self.shown
        ]

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        shown = {f"take-{line.pk}" for line in self.shown}
        if any(name.startswith("take-") and name not in shown for name in self.data):
            raise ValidationError(
                "سطری را برگزیده‌اید که دیگر به اعتراض باز نیست؛ صفحه را از نو باز کنید و دوباره برگزینید."
            )
        for line in self.shown:
            amount = sent.get(f"amount-{line.pk}")
            if sent.get(f"take-{line.pk}") and amount is not None and not 0 < amount <= (line.cut or 0):
                self.add_error(f"amount-{line.pk}", "از یک ریال تا کسر همین سطر بنویسید.")
        if self.is_bound and not self.kept and not any(sent.get(f"take-{line.pk}") for line in self.shown):
            raise ValidationError("دست‌کم یک سطر برگزینید.")
        return sent

    @property
    def kept(self) -> list[Against]:
        """Lines of the draft that stand on other pages of the form: they stay as they are."""
        here = {line.pk for line in self.shown}
        return [Against(pk, old.asked, old.reason) for pk, old in self.standing.items() if pk not in here]

    def chosen(self) -> list[Against]:
        sent = self.cleaned_data
        return self.kept + [
            Against(line.pk, sent[f"amount-{line.pk}"] or line.cut or 0, sent[f"reason-{line.pk}"])
            for line in self.shown if sent[f"take-{line.pk}"]
        ]  # fmt: skip


class NoteForm(SayingForm):
    note = CleanCharField(label="توضیح", max_length=NOTE_LENGTH)


class AnswerForm(SayingForm):
    """An insurer's answer on paper: rials accepted of each line; a line left empty has no answer yet."""

    letter_no = CleanCharField(label="شمارهٔ نامهٔ بیمه‌گر", max_length=60)
    note = CleanCharField(label="توضیح", max_length=NOTE_LENGTH, required=False)

    def __init__(self, *args: Any, lines: Iterable[ObjectionLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown = list(lines)
        for line in self.shown:
            self.fields[f"accepted-{line.line_id}"] = RialField(
                label=f"پذیرفتهٔ سطر {persian_digits(line.line.line_no)}", required=False
            )

    def rows(self) -> list[tuple[ObjectionLine, Any]]:
        return [(line, self[f"accepted-{line.line_id}"]) for line in self.shown]

    def replies(self) -> list[Reply]:
        said = {line.line_id: self.cleaned_data[f"accepted-{line.line_id}"] for line in self.shown}
        return [Reply(pk, accepted) for pk, accepted in said.items() if accepted is not None]


class AttachmentForm(SayingForm):
    file = forms.FileField(
        label="فایل", help_text="PDF، تصویر PNG یا JPEG، یا سند Word (docx)؛ تا ۱۰ مگابایت."
    )


class ReasonField(forms.ChoiceField):
    """A code of the published list that holds today."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=reasons_offered, **kwargs)


def reasons_offered() -> list[tuple[str, str]]:
    """Reasons that may be given today, nothing first."""
    return [("", "علت را برگزینید"), *((r.code, r.title) for r in valid_on(timezone.localdate()).values())]


@dataclass
class TypedCut:
    """What was typed beside a line: rials cut, why, a note; and what is wrong with it."""

    line: ClaimLine
    amount: str = ""
    reason: str = ""
    note: str = ""
    fault: str = ""

    @property
    def is_typed(self) -> bool:
        return bool(self.amount or self.reason or self.note)

    @property
    def reason_title(self) -> str:
        return titles().get(self.reason, self.reason)


class TypedAnswers:
    """Cuts typed beside the lines of a page, `cut-`, `reason-` and `note-` with the line's key.

    A line of which nothing is typed has no answer; a cut of zero approves it in full.
    """

    def __init__(self, sent: Mapping[str, str], *, lines: Iterable[ClaimLine]) -> None:
        self.rows = [
            TypedCut(line, *(sent.get(f"{name}-{line.pk}", "").strip() for name in ("cut", "reason", "note")))
            for line in lines
        ]
        self.decisions: list[Decision] = []
        for row in self.rows:
            if row.is_typed:
                self._read(row)

    @property
    def is_any(self) -> bool:
        return any(row.is_typed for row in self.rows)

    @property
    def is_right(self) -> bool:
        return not any(row.fault for row in self.rows)

    def _read(self, row: TypedCut) -> None:
        asked = row.line.asked
        try:
            note = CleanCharField(required=False, max_length=NOTE_LENGTH).clean(row.note)
            amount = RialField(label="کسر", error_messages=_CUT_MISSING).clean(row.amount)
        except ValidationError as wrong:
            row.fault = " ".join(wrong.messages)
            return
        if amount > max(asked, 0):
            row.fault = f"کسر از خواستهٔ سطر ({group_digits(asked)} ریال) بیش‌تر نیست."
        elif amount and not row.reason:
            row.fault = "علت کسر را برگزینید."
        elif not amount and (row.reason or note):
            row.fault = (
                "کسر صفر یعنی تأیید کامل و علت و توضیح ندارد؛ مبلغ کسر را بنویسید یا آن‌ها را پاک کنید."
            )
        elif amount:
            self.decisions.append(Decision(row.line.pk, asked - amount, (Cut(row.reason, amount, note),)))
        else:
            self.decisions.append(Decision(row.line.pk, asked))

    def laid_out(self, lines: Iterable[ClaimLine]) -> list[TypedCut]:
        """A row for each line of a page in its order, with what was typed; then the rows of no line there."""
        typed = {row.line.pk: row for row in self.rows}
        return [typed.pop(line.pk, None) or TypedCut(line) for line in lines] + list(typed.values())

    def blame(self, errors: Iterable[Mapping[str, Any]]) -> None:
        """Put what the service says beside its lines."""
        said = {error["line"]: str(error["detail"]) for error in errors}
        for row in self.rows:
            row.fault = said.get(row.line.pk, row.fault)


_CUT_MISSING = {"required": "مبلغ کسر را بنویسید؛ صفر یعنی تأیید کامل."}


class ChosenAnswerForm(SayingForm):
    """What is said of chosen lines at once; percent and reason for a cut."""

    percent = PercentBpField(label="درصد کسر", required=False)
    reason = forms.CharField(label="علت کسر", max_length=20, required=False)
    note = CleanCharField(label="توضیح", max_length=250, required=False)


class AnswerNoteForm(SayingForm):
    note = CleanCharField(label="توضیح", max_length=250, required=False)


class RefuseForm(SayingForm):
    """Why a claim is refused as a whole."""

    reason = ReasonField(label="علت", initial=REFUSED)
    note = CleanCharField(label="توضیح برای مرکز درمانی", max_length=250)


#: Places for cuts of one line on its page; a line that has more cuts has a place for each.
CUTS_OF_LINE = 4


class LineAnswerForm(SayingForm):
    """An answer to one line: that it is approved in full, cuts with their reasons, or that the code is unknown.

    A first answer that says none of them is refused; cuts that are taken back are left out of the next one.
    """

    in_full = forms.BooleanField(label="تأیید کامل، بی کسر", required=False)
    unknown_code = forms.BooleanField(label="کد این خدمت در سامانهٔ ما ناشناخته است", required=False)

    def __init__(self, *args: Any, line: ClaimLine, standing: Sequence[Cut] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line = line
        if line.approved is not None:
            del self.fields["unknown_code"], self.fields["in_full"]
        # What was sent counts too: the answer may have changed since the page was seen.
        sent = sum(name.startswith("amount-") for name in self.data)
        self.places = range(max(CUTS_OF_LINE, len(standing), sent))
        for place in self.places:
            cut = standing[place] if place < len(standing) else None
            number = persian_digits(place + 1)
            self.fields[f"reason-{place}"] = ReasonField(
                label=f"علت کسر {number}", required=False, initial=cut and cut.reason
            )
            if cut and cut.reason not in valid_on(timezone.localdate()):
                self.fields[f"reason-{place}"].choices = [
                    *reasons_offered(),
                    (cut.reason, titles()[cut.reason]),
                ]
            self.fields[f"amount-{place}"] = RialField(
                label=f"مبلغ کسر {number}", required=False, initial=cut and cut.amount
            )
            self.fields[f"note-{place}"] = CleanCharField(
                label=f"توضیح {number}", max_length=250, required=False, initial=cut and cut.note
            )

    def rows(self) -> list[tuple[Any, Any, Any]]:
        return [(self[f"reason-{n}"], self[f"amount-{n}"], self[f"note-{n}"]) for n in self.places]

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        for place in self.places:
            reason, amount = sent.get(f"reason-{place}"), sent.get(f"amount-{place}")
            if amount and not reason:
                self.add_error(f"reason-{place}", "علت کسر را برگزینید.")
            elif (
                (reason or sent.get(f"note-{place}")) and not amount and f"amount-{place}" not in self.errors
            ):
                self.add_error(f"amount-{place}", "مبلغ کسر را بنویسید.")
        self._refuse_unsaid(sent)
        return sent

    def _refuse_unsaid(self, sent: dict[str, Any]) -> None:
        if self.errors or "in_full" not in self.fields:
            return
        amounts = [sent.get(f"amount-{place}") for place in self.places]
        if sent.get("in_full") and (any(amounts) or sent.get("unknown_code")):
            raise ValidationError("تأیید کامل با کسر یا کد ناشناخته نمی‌خواند؛ یکی را برگزینید.")
        # As on the list, a cut of zero approves in full.
        if not sent.get("in_full") and not sent.get("unknown_code") and all(one is None for one in amounts):
            raise ValidationError("چیزی برنگزیده‌اید: تأیید کامل، کسر با علت، یا کد ناشناخته.")

    def decision(self) -> Decision:
        sent = self.cleaned_data
        cuts = tuple(
            Cut(sent[f"reason-{n}"], sent[f"amount-{n}"], sent[f"note-{n}"])
            for n in self.places if sent[f"amount-{n}"]
        )  # fmt: skip
        if sent.get("unknown_code"):
            return Decision(self.line.pk, cuts=cuts, is_unknown_code=True)
        return Decision(self.line.pk, self.line.asked - sum(cut.amount for cut in cuts), cuts)


class SendForm(SayingForm):
    letter_no = CleanCharField(label="شمارهٔ نامه", max_length=60, required=False)


class CancelForm(SayingForm):
    reason = CleanCharField(label="علت لغو", max_length=250)


class ReceiptForm(SayingForm):
    receipt_no = CleanCharField(label="شمارهٔ رسید بیمه‌گر", max_length=60, required=False)


class CodeStepForm(SayingForm):
    """What is said of unknown codes: a letter, the day they are known from, or another code."""

    letter_no = CleanCharField(label="شمارهٔ نامه", max_length=60, required=False)
    on = JalaliDateField(label="تاریخ", required=False)
    replacement = CleanCharField(label="کد جایگزین", max_length=30, required=False)
    note = CleanCharField(label="توضیح", max_length=250, required=False)
