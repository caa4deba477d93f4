"""What a run was computed with: the program, its rules, and the published rates known at the moment."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from django.conf import settings
from django.db.models import Count, Max

from insurers.models import CoverageRule, SupplementaryCover
from tariffs.models import ConversionFactor, FixedPrice, PricingParameter, ServiceValue

_RATES = (ServiceValue, ConversionFactor, FixedPrice, PricingParameter, CoverageRule, SupplementaryCover)


@cache
def code_version(rules: ModuleType) -> str:
    """The program's version and a fingerprint of the rules' source, such as 0.1.0+3f2a9c41d0e7."""
    project = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text())["project"]
    source = Path(str(rules.__file__)).read_bytes()
    return f"{project['version']}+{hashlib.sha256(source).hexdigest()[:12]}"


def rate_versions(*, organisation_id: int, as_of: dt.datetime) -> dict[str, Any]:
    """By kind of rate: how many published rows were known at the moment, and the newest of them."""
    known: dict[str, Any] = {}
    for model in _RATES:
        rows = model.objects.of_organisation(organisation_id).known_at(as_of)
        known[model._meta.model_name] = rows.aggregate(rows=Count("pk"), last=Max("pk"))
    return known
