"""What prices a line."""

from __future__ import annotations

from django.db import models

from insurers.models import CoverageRule, SupplementaryCover
from tariffs.choices import Part
from tariffs.models import Service


class PriceBasis(models.Model):
    """The rows and numbers that price a line: the frozen ids of every rate used, and what they say.

    Lines with the same basis differ only in quantity and percent, so a million lines need some thousand bases.
    """

    digest = models.CharField("اثر انگشت", max_length=32)
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    part = models.SmallIntegerField("بخش خدمت", choices=Part)
    # Rates used: ids of ServiceValue, ConversionFactor, FixedPrice, PricingParameter.
    value_id = models.BigIntegerField(null=True)
    professional_rate_id = models.BigIntegerField(null=True)
    technical_rate_id = models.BigIntegerField(null=True)
    anaesthesia_rate_id = models.BigIntegerField(null=True)
    fixed_price_id = models.BigIntegerField(null=True)
    base_professional_rate_id = models.BigIntegerField(null=True)
    base_technical_rate_id = models.BigIntegerField(null=True)
    base_anaesthesia_rate_id = models.BigIntegerField(null=True)
    base_fixed_price_id = models.BigIntegerField(null=True)
    operating_room_id = models.BigIntegerField(null=True)
    nursing_id = models.BigIntegerField(null=True)
    minutes_id = models.BigIntegerField(null=True)
    coverage = models.ForeignKey(CoverageRule, models.PROTECT, null=True, related_name="+")
    supplementary_cover = models.ForeignKey(SupplementaryCover, models.PROTECT, null=True, related_name="+")
    # What they say, as the rules take it.
    professional_milli = models.BigIntegerField(default=0)
    technical_milli = models.BigIntegerField(default=0)
    operating_room_milli = models.BigIntegerField(default=0)
    anaesthesia_milli = models.BigIntegerField(default=0)
    minutes_per_unit = models.BigIntegerField(default=0)
    operating_room_bp = models.BigIntegerField(default=0)
    nursing_bp = models.BigIntegerField(default=0)
    professional_factor = models.BigIntegerField(default=0)
    technical_factor = models.BigIntegerField(default=0)
    anaesthesia_factor = models.BigIntegerField(default=0)
    fixed_amount = models.BigIntegerField(default=0)
    base_professional_factor = models.BigIntegerField(default=0)
    base_technical_factor = models.BigIntegerField(default=0)
    base_anaesthesia_factor = models.BigIntegerField(default=0)
    base_fixed_amount = models.BigIntegerField(default=0)
    nursing_base = models.BigIntegerField(default=0)
    base_nursing_base = models.BigIntegerField(default=0)
    rounding_step = models.BigIntegerField(default=1)
    share = models.BigIntegerField(default=0)
    share_of = models.BigIntegerField(default=10_000)
    gap_bp = models.BigIntegerField(default=0)
    patient_bp = models.BigIntegerField(default=0)
    subsidised = models.BigIntegerField(default=0)
    employer_rest = models.BigIntegerField(default=0)
    supplementary_bp = models.BigIntegerField(default=0)
    ceiling = models.BigIntegerField(null=True)
    confidence = models.SmallIntegerField(default=0)

    class Meta:
        verbose_name = "مبنای قیمت"
        constraints = [models.UniqueConstraint(fields=["digest"], name="billing_basis_digest")]

    def __str__(self) -> str:
        return self.digest
