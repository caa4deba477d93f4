"""What the interface takes and gives, field by field. Amounts are whole rials as integers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.claims.attachments import Attachment
from billing.claims.choices import ClaimKind, ClaimLineStatus, ClaimState, Payer
from billing.claims.models import Adjudication, Claim, ClaimInvoice, ClaimLine
from billing.claims.objections.choices import TOLD, ObjectionState
from billing.claims.objections.models import Objection, ObjectionLine
from billing.claims.remittances.choices import Problem, RemittanceKind, RemittanceState
from billing.claims.remittances.models import Remittance, RemittanceLine
from billing.claims.webhooks.choices import SUBSCRIBED
from billing.claims.webhooks.models import InsurerEvent
from core.api import SAID, Body
from core.text import group_digits

LARGEST = 2**63 - 1
#: Lines that one answer may have.
ANSWER_LINES = 5_000
#: Events that one call may ask for once more.
REPLAYED = 100


class Rials(serializers.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": -LARGEST, "max_value": LARGEST, **kwargs})


class CodedField(serializers.CharField):
    """A choice told by its name in lower case."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        self.names = {choice.value: choice.name.lower() for choice in choices}
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        return self.names[value]


class ClaimShape(serializers.ModelSerializer[Claim]):
    """A claim that was delivered; `acknowledged` says that you have it, not that you accept it.

    `asked` is your share less what our contract takes off: `excluded` (services that it leaves out), `over_ceiling`
    (of a person's contract year) and `discount`; of a correction also less `already_cut`, the part of a credit that you
    never paid because you had cut it.
    """

    centre = serializers.SerializerMethodField()
    insurer = serializers.CharField(source="insurer.code")
    fund = serializers.CharField(source="fund.code")
    payer = serializers.ChoiceField(Payer.choices)
    kind = serializers.ChoiceField(ClaimKind.choices)
    state = serializers.ChoiceField(ClaimState.choices)
    follows = serializers.CharField(source="previous.number", default=None, allow_null=True)
    cut = serializers.IntegerField()
    waiting = serializers.IntegerField()

    class Meta:
        model = Claim
        fields = (
            "id", "number", "kind", "follows", "payer", "centre", "insurer", "fund", "month", "state", "version",
            "sent_at", "acknowledged_at", "adjudicated_at", "receipt_no", "letter_no", "invoices_count", "lines_count",
            "excluded", "over_ceiling", "discount", "already_cut", "asked", "answered", "adjusted", "approved", "cut",
            "waiting", "paid", "on_account", "on_account_due", "rest_due",
        )  # fmt: skip

    def get_centre(self, claim: Claim) -> dict[str, str]:
        return {"code": claim.centre.code, "region": claim.centre.region.code, "name": claim.centre.name}


class InvoiceShape(serializers.ModelSerializer[ClaimInvoice]):
    """One invoice of a claim; amounts of the bill and of your share of it."""

    invoice = serializers.IntegerField(source="invoice_id")
    patient = serializers.CharField(source="patient.key")

    class Meta:
        model = ClaimInvoice
        fields = (
            "invoice", "number", "version", "patient", "admitted_on", "discharged_on", "lines_count", "amount", "basic",
            "supplementary", "subsidy", "employer", "patient_share", "excluded", "over_ceiling", "discount",
            "already_cut", "asked", "answered", "adjusted", "approved", "paid",
        )  # fmt: skip


class LineShape(serializers.ModelSerializer[ClaimLine]):
    """One line; without an answer `adjusted` and `approved` are null, never zero.

    `asked` + `excluded` + `over_ceiling` + `discount` + `already_cut` is your share of the line, or of what is asked
    for it in this claim.
    """

    invoice = serializers.IntegerField(source="invoice_id")
    status = CodedField(ClaimLineStatus)
    service = serializers.CharField(source="service.title", default=None, allow_null=True)
    follows = serializers.IntegerField(source="previous_id", allow_null=True)
    physician = serializers.CharField(source="physician.council_no", default=None, allow_null=True)
    cut = serializers.IntegerField(allow_null=True)

    class Meta:
        model = ClaimLine
        fields = (
            "id", "invoice", "line_no", "service_on", "book", "code", "service", "element", "quantity_milli",
            "physician", "amount", "basic", "supplementary", "patient", "excluded", "over_ceiling", "discount",
            "already_cut", "asked", "status", "adjusted", "approved", "cut", "reason", "note", "paid", "follows",
        )  # fmt: skip


class AcknowledgeShape(Body):
    receipt_no = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)


class CutShape(Body):
    """Rials not paid of the line, and the code of the reason (code list `cut-reasons`)."""

    reason = serializers.CharField(max_length=20)
    amount = Rials(min_value=1)
    note = serializers.CharField(max_length=250, required=False, default="", allow_blank=True)


class DecisionShape(Body):
    """Your answer to one line: `approved` + all cuts = `asked` of the line, to the rial.

    `unknown_code` instead of amounts: your system does not know the service's code yet; the line stays open.
    """

    line = serializers.IntegerField(min_value=1, max_value=LARGEST)
    approved = Rials(required=False, default=0)
    cuts = CutShape(many=True, required=False, default=list)
    unknown_code = serializers.BooleanField(required=False, default=False)


class AnswerShape(Body):
    """Answers to some lines; may come in any number of parts."""

    lines = DecisionShape(many=True, required=False, default=list)
    approve_rest = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Approve in full every line that has no answer and is not named; lines set aside stay aside.",
    )
    note = serializers.CharField(max_length=250, required=False, default="", allow_blank=True)

    def validate_lines(self, lines: list[Any]) -> list[Any]:
        if len(lines) > ANSWER_LINES:
            raise serializers.ValidationError(
                f"در هر پاسخ تا {group_digits(ANSWER_LINES)} سطر بفرستید.", code=SAID
            )
        return lines


class RefusalShape(Body):
    """Refuse the whole claim; every line is cut with the one reason."""

    reason = serializers.CharField(max_length=20, required=False, default="refused")
    note = serializers.CharField(max_length=250)


class AdjudicationShape(serializers.ModelSerializer[Adjudication]):
    """One of your answers as it came."""

    by = serializers.CharField(source="by_name")
    cut = serializers.IntegerField()

    class Meta:
        model = Adjudication
        fields = ("id", "at", "by", "lines", "asked", "adjusted", "approved", "cut", "note")


class AnsweredShape(serializers.Serializer[Any]):
    adjudication = AdjudicationShape()
    claim = ClaimShape()


class ObjectionShape(serializers.ModelSerializer[Objection]):
    """A hospital's objection to cuts of a claim; `accepted` is what you gave back so far."""

    number = serializers.CharField(source="__str__")
    claim = serializers.IntegerField(source="claim_id")
    claim_number = serializers.CharField(source="claim.number")
    state = serializers.ChoiceField(
        [(state.value, state.label) for state in ObjectionState if state in (*TOLD, ObjectionState.WITHDRAWN)]
    )
    waiting = serializers.IntegerField()

    class Meta:
        model = Objection
        fields = (
            "id", "number", "claim", "claim_number", "state", "version", "text", "sent_at", "due_on", "answered_at",
            "lines_count", "asked", "answered", "accepted", "waiting",
        )  # fmt: skip


class ObjectionLineShape(serializers.ModelSerializer[ObjectionLine]):
    """Rials of a line's cut that are asked back; without an answer `accepted` is null, never zero."""

    line = serializers.IntegerField(source="line_id")
    invoice = serializers.IntegerField(source="invoice_id")
    line_no = serializers.IntegerField(source="line.line_no")
    code = serializers.CharField(source="line.code")
    note = serializers.CharField(source="answer")

    class Meta:
        model = ObjectionLine
        fields = ("line", "invoice", "line_no", "code", "asked", "reason", "accepted", "note")


class ReplyShape(Body):
    """Your answer to one line: rials that you give back, from 0 (nothing) to what is asked."""

    line = serializers.IntegerField(min_value=1, max_value=LARGEST)
    accepted = Rials(min_value=0)
    note = serializers.CharField(max_length=250, required=False, default="", allow_blank=True)


class ObjectionAnswerShape(Body):
    """Answers to some lines of an objection; may come in any number of parts."""

    lines = ReplyShape(many=True, max_length=ANSWER_LINES)
    note = serializers.CharField(max_length=250, required=False, default="", allow_blank=True)


class AttachmentShape(serializers.ModelSerializer[Attachment]):
    """A paper of a claim, of an invoice of it, or of an objection."""

    invoice = serializers.IntegerField(source="invoice_id", allow_null=True)
    objection = serializers.IntegerField(source="objection_id", allow_null=True)

    class Meta:
        model = Attachment
        fields = ("id", "invoice", "objection", "is_insurers", "name", "media_type", "size", "sha256", "at")


class UploadShape(Body):
    """PDF, PNG, JPEG or Word (docx) up to 10 MB; the content has to be what the name's ending says."""

    file = serializers.FileField(max_length=200)
    invoice = serializers.IntegerField(
        min_value=1, max_value=LARGEST, required=False, allow_null=True, default=None
    )
    objection = serializers.IntegerField(
        min_value=1, max_value=LARGEST, required=False, allow_null=True, default=None
    )


class CentreShape(serializers.Serializer[Any]):
    """A hospital by the codes that claims tell; the whole of what a claim tells may be sent back."""

    region = serializers.CharField(max_length=20)
    code = serializers.CharField(max_length=20)


class PaidLineShape(Body):
    """What you paid for one place: `line` (our id of the claim's line), or the claim's number, the invoice's number,
    and the line's number or the service's code, as far as you have them. Below zero takes back.
    """

    amount = Rials()
    line = serializers.IntegerField(
        min_value=1, max_value=LARGEST, required=False, allow_null=True, default=None
    )
    claim_no = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    invoice_no = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    line_no = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, allow_null=True, default=None
    )
    code = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    cut = Rials(min_value=0, required=False, default=0, help_text="Told beside it, never booked.")
    reason = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    note = serializers.CharField(max_length=250, required=False, default="", allow_blank=True)
    tax = Rials(required=False, default=0, help_text="Tax withheld of `amount`, with its sign; part of it.")


class PaymentShape(Body):
    """One payment of yours by your own reference. Lines may come to less than `amount`; the rest waits for its detail,
    or is an advance where the payment is on account. `amount` settles claims and is before `tax`: what comes to the
    account is `amount` less `tax`.
    """

    reference = serializers.CharField(max_length=60)
    paid_on = serializers.DateField()
    kind = serializers.ChoiceField(RemittanceKind.choices)
    amount = Rials()
    tax = Rials(
        min_value=0, required=False, allow_null=True, default=None,
        help_text="Tax withheld at source of the whole; left out, it is the sum of the lines' `tax`. Told here alone,"
        " lines have it in proportion.",
    )  # fmt: skip
    centre = CentreShape(required=False, allow_null=True, default=None)
    lines = PaidLineShape(many=True, required=False, default=list, max_length=ANSWER_LINES)
    note = serializers.CharField(max_length=250, required=False, default="", allow_blank=True)


class RemittanceShape(serializers.ModelSerializer[Remittance]):
    """A payment and where it went: amount = matched + unmatched + advance + returned once it is booked.

    `net` = `amount` − `tax` is what came to the account.
    """

    insurer = serializers.CharField(source="insurer.code")
    kind = serializers.ChoiceField(RemittanceKind.choices)
    state = serializers.ChoiceField(RemittanceState.choices)
    centre = serializers.SerializerMethodField()

    class Meta:
        model = Remittance
        fields = (
            "id", "reference", "insurer", "centre", "kind", "state", "paid_on", "amount", "tax", "net", "lines_count",
            "matched", "unmatched", "advance", "returned", "received_at", "note",
        )  # fmt: skip

    @extend_schema_field(CentreShape(allow_null=True))
    def get_centre(self, row: Remittance) -> dict[str, str] | None:
        return {"region": row.centre.region.code, "code": row.centre.code} if row.centre else None


class RemittanceLineShape(serializers.ModelSerializer[RemittanceLine]):
    """One line as you told it, and what could not be matched; `problem` says why. `is_rest` marks what your lines
    leave of the payment: it is none of yours and not in `lines_count`.
    """

    line = serializers.IntegerField(source="claim_line_id", allow_null=True)
    claim = serializers.IntegerField(source="claim_id", allow_null=True)
    problem = CodedField(Problem, allow_null=True)
    detail = serializers.CharField(source="get_problem_display", allow_null=True)

    class Meta:
        model = RemittanceLine
        fields = (
            "row_no", "amount", "tax", "claim", "line", "claim_no", "invoice_no", "line_no", "code", "cut", "reason",
            "note", "problem", "detail", "unmatched", "advance", "is_rest",
        )  # fmt: skip


class EventShape(serializers.ModelSerializer[InsurerEvent]):
    """What happened, as webhooks tell it; `id` is the `webhook-id` of every message about it."""

    id = serializers.CharField(source="key")
    type = serializers.ChoiceField([(kind.value, kind.label) for kind in SUBSCRIBED])
    timestamp = serializers.DateTimeField(source="at")
    data = serializers.DictField()

    class Meta:
        model = InsurerEvent
        fields = ("id", "type", "timestamp", "data")


class ReplayShape(Body):
    """Events that your endpoints shall get once more."""

    events = serializers.ListField(
        child=serializers.CharField(max_length=40), min_length=1, max_length=REPLAYED,
        help_text="Ids of the feed.",
    )  # fmt: skip


class ReplayOutcomeShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    endpoints = serializers.IntegerField(help_text="How many of your endpoints get it.")
    code = serializers.CharField(
        allow_blank=True, help_text="Empty, or why not: `not_found`, `domain_error` …"
    )
    detail = serializers.CharField(allow_blank=True)


class ReplayedShape(serializers.Serializer[Any]):
    items = ReplayOutcomeShape(many=True)


class TokenRequest(serializers.Serializer[Any]):
    """RFC 6749 §4.4; the client may also be named by HTTP Basic."""

    grant_type = serializers.CharField()
    client_id = serializers.CharField(required=False, max_length=80)
    client_secret = serializers.CharField(required=False, max_length=200)
    scope = serializers.CharField(required=False, default="", allow_blank=True, max_length=300)


class TokenShape(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()
    scope = serializers.CharField()


class ProblemShape(serializers.Serializer[Any]):
    """RFC 9457: `code` is stable, `detail` says in Persian what is wrong and what to do."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()


class CodeShape(serializers.Serializer[Any]):
    code = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField(allow_blank=True)
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    kind = serializers.CharField(required=False)
    is_automatic = serializers.BooleanField(required=False)


class CodeListShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    version = serializers.CharField()
    codes = CodeShape(many=True)


def page_of(item: type[serializers.BaseSerializer[Any]], name: str) -> type[serializers.Serializer[Any]]:
    """The shape of a page: its items, the cursor that goes on after them, and whether there is more already."""
    fields = {
        "items": item(many=True),
        "next": serializers.CharField(help_text="Cursor that goes on after these items; never null."),
        "has_more": serializers.BooleanField(help_text="Whether there are items after these already."),
    }
    return type(name, (serializers.Serializer,), fields)
