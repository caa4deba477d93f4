from django.apps import AppConfig


class InsurersConfig(AppConfig):
    name = "insurers"
    verbose_name = "بیمه‌گران"

    def ready(self) -> None:
        """Coverage registers with the pages of the tariff, which lies below this app."""
        from insurers import kinds  # noqa: F401
