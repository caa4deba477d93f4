from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "صورت‌حساب‌ها"
