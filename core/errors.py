"""Refusals that a person can act on. Anything else that goes wrong is a fault and is left to be logged."""


class DomainError(Exception):
    """A refusal with a Persian sentence: what is wrong and what to do.

    `code` is stable and English (for the API), `status` is the HTTP status it maps to.
    """

    code = "refused"
    status = 409

    def __init__(self, sentence: str, **extra: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.extra = extra


class InvalidInput(DomainError):
    """What was sent cannot be read or is not allowed."""

    code = "invalid_input"
    status = 422


class NotAllowed(DomainError):
    """The person may see it but may not do this."""

    code = "not_allowed"
    status = 403
