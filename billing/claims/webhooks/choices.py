"""What insurers are told, and where telling them stands."""

from django.db import models


class EventType(models.TextChoices):
    """What an insurer is told of; the name is part of the interface and stays."""

    CLAIM_SENT = "claim.sent", "مطالبهٔ تازه"
    CLAIM_RESENT = "claim.resent", "ارسال دوبارهٔ سطرهای ردشده"
    CLAIM_SUPPLEMENTED = "claim.supplemented", "مطالبهٔ متمم"
    CLAIM_CORRECTED = "claim.corrected", "مابه‌التفاوت پس از اصلاح"
    LINES_AGAIN = "claim.lines_again", "رسیدگی دوبارهٔ سطرهایی که منتظر کد بودند"
    OBJECTION_FILED = "objection.filed", "اعتراض تازه"
    OBJECTION_WITHDRAWN = "objection.withdrawn", "پس گرفتن اعتراض"
    OBJECTION_ANSWERED = "objection.answered", "ثبت پاسخ کاغذی اعتراض"
    PING = "endpoint.ping", "پیام آزمایشی"


#: What an endpoint may ask for; a ping goes to the one endpoint it tries.
SUBSCRIBED = tuple(kind for kind in EventType if kind != EventType.PING)


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "در انتظار"
    DELIVERED = "delivered", "رسید"
    GIVEN_UP = "given_up", "رها شد"


DELIVERY_TONES: dict[str, str] = {
    DeliveryState.WAITING: "info", DeliveryState.DELIVERED: "good", DeliveryState.GIVEN_UP: "bad",
}  # fmt: skip


class Fault(models.TextChoices):
    """Why a try got no answer."""

    NONE = "", "—"
    ADDRESS = "address", "نشانی مجاز نیست"
    NAME = "name", "نام میزبان پیدا نشد"
    TIMEOUT = "timeout", "مهلت گذشت"
    TLS = "tls", "گواهی یا رمزنگاری پذیرفته نشد"
    CONNECTION = "connection", "ارتباط برقرار نشد"
