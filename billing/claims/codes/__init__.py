"""Codes that an insurer's processor does not know: their queue, what was written about them, lines asked again."""
