"""The table of what became of each thing of a batch, for the person who acted."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import TemplateView

from core.batches import kept_outcomes


class Outcomes(LoginRequiredMixin, TemplateView):
    """Looked at again by its address for an hour; afterwards, and for others, a sentence says that it is gone."""

    template_name = "core/outcomes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch = kept_outcomes(self.request.user, kwargs["token"])
        here = [{"label": "نتیجهٔ کار گروهی"}]
        return super().get_context_data(
            batch=batch, breadcrumb=batch["breadcrumb"] if batch else here, **kwargs
        )
