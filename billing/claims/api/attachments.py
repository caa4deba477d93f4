"""Papers of a claim: listed, read, and sent with an answer."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from billing.claims.api import shapes
from billing.claims.api.access import once
from billing.claims.api.common import CURSOR, KEY, LIMIT, READ, WRITE, page, told, valid
from billing.claims.api.views import OfClaim
from billing.claims.attachments import Attachment
from billing.claims.choices import StepChannel
from billing.claims.objections.models import Objection
from billing.claims.services import attaching
from core.uploads import bare_name, download, sha256_of
from organisations.permissions import Permission


class Attachments(OfClaim):
    """Papers of a claim, the hospital's and your own."""

    permission = Permission.CLAIM_VIEW
    write_permission = Permission.CLAIM_ADJUDICATE
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="claim_attachments", tags=["attachments"], summary="Papers of a claim / پیوست‌های مطالبه",
        parameters=[CURSOR, LIMIT],
        responses={200: shapes.page_of(shapes.AttachmentShape, "AttachmentPage"), **READ},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        rows = Attachment.objects.of_claim(self.claim(request, pk), request.user)
        return page(request, rows, shapes.AttachmentShape)

    @extend_schema(
        operation_id="claim_attach", tags=["attachments"], summary="Send a paper / فرستادن پیوست",
        parameters=[KEY], request={"multipart/form-data": shapes.UploadShape},
        responses={201: shapes.AttachmentShape, **WRITE},
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        claim = self.claim(request, pk)
        sent = valid(shapes.UploadShape, request)
        upload, name = sent["file"], bare_name(sent["file"].name)
        content = {
            "name": name,
            "sha256": sha256_of(upload),
            "invoice": sent["invoice"],
            "objection": sent["objection"],
        }

        def act() -> tuple[dict[str, Any], int, str]:
            objection = None
            if sent["objection"] is not None:
                seen = Objection.objects.visible_to(request.user).filter(claim=claim)
                objection = get_object_or_404(seen, pk=sent["objection"])
            kept = attaching.attach(
                claim=claim, upload=upload, name=name, objection=objection, invoice_id=sent["invoice"],
                by=request.user, at=timezone.now(), channel=StepChannel.API,
            )  # fmt: skip
            return told(shapes.AttachmentShape, kept), 201, ""

        return once(request, act, content=content)


class AttachmentFile(OfClaim):
    """The paper as it was sent, always as a download."""

    permission = Permission.CLAIM_VIEW
    renderer_classes = (JSONRenderer,)

    @extend_schema(
        operation_id="claim_attachment", tags=["attachments"], summary="The paper itself / خود پیوست",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **READ},
    )  # fmt: skip
    def get(self, request: Request, pk: int, file: int) -> FileResponse:
        row = get_object_or_404(Attachment.objects.of_claim(self.claim(request, pk), request.user), pk=file)
        return download(row.file, row.name)
