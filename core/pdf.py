"""Papers as PDF: one page setup, one font, one way to hand them out. Templates extend `components/paper.html`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.encoding import iri_to_uri

FONT = Path(settings.BASE_DIR) / "node_modules/vazirmatn/fonts/ttf/Vazirmatn-Regular.ttf"


def made(template: str, context: Mapping[str, Any]) -> bytes:
    """The PDF of a template."""
    import weasyprint  # loads Pango, which a machine without PDFs need not have

    html = render_to_string(template, {**context, "font": FONT.as_uri()})
    return weasyprint.HTML(string=html, base_url=str(settings.BASE_DIR)).write_pdf()


def response(content: bytes, *, name: str) -> HttpResponse:
    """A PDF as a download named `name` (without its ending)."""
    found = HttpResponse(content, content_type="application/pdf")
    found["Content-Disposition"] = f"attachment; filename*=UTF-8''{iri_to_uri(f'{name}.pdf')}"
    return found
