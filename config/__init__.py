"""What makes the apps one site: settings, addresses, worker, logs, embedded services."""

# Importing the package registers the Celery app, so that every `@shared_task` finds its broker.
from config.celery import app as celery_app

__all__ = ["celery_app"]
