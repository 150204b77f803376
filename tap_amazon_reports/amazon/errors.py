"""What can go wrong with Amazon: whose fault it is, and what to do next.

    AmazonError
    ├── RequestRefusedError       ours: Amazon understood and said no (400, 404)
    ├── DocumentMissingError      nobody's: there is no such document
    ├── AccountError              the account's
    │   ├── CredentialsError      Login with Amazon or a signature was refused
    │   └── AccessDeniedError     403: a role, a region, a marketplace is missing
    └── ServiceError              theirs
        ├── ThrottledError        429, for longer than we are willing to wait
        ├── UnavailableError      5xx, time-outs and lost connections, too many in a row
        ├── UnexpectedAnswerError an answer or a word that no document describes
        └── DocumentDamagedError  a document that is cut short or not what it claims

An error's text is one line and fit to be printed: what was asked, what Amazon said, and
what to check. It never holds a body, a token or the query of a URL.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [  # noqa: RUF022 (in the order of the tree)
    "AmazonError",
    "RequestRefusedError",
    "DocumentMissingError",
    "AccountError",
    "CredentialsError",
    "AccessDeniedError",
    "ServiceError",
    "ThrottledError",
    "UnavailableError",
    "UnexpectedAnswerError",
    "DocumentDamagedError",
]


class AmazonError(Exception):
    """Something that a request to Amazon ended with.

    Attributes:
        status: the HTTP status, when there was an answer.
        code: Amazon's own word for the error, when it gave one.
        request_id: Amazon's id of the request, for its support.
    """

    ends_service: ClassVar[bool] = False
    """Whether nothing else of the same service can succeed in this run."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        """Say in `message`, one line, what happened and what to do."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.request_id = request_id


class RequestRefusedError(AmazonError):
    """Amazon understood what was asked and refused it; asking again will not help."""


class DocumentMissingError(AmazonError):
    """There is no such document: a quiet month, or one that is gone."""


class AccountError(AmazonError):
    """The account has to be put right, by its owner."""


class CredentialsError(AccountError):
    """The credentials of a service are not, or no longer, accepted."""

    ends_service = True


class AccessDeniedError(AccountError):
    """The credentials are good, and not allowed to do this."""


class ServiceError(AmazonError):
    """Amazon did not do what its documents say."""


class ThrottledError(ServiceError):
    """Amazon kept answering 429 for longer than we are willing to wait."""


class UnavailableError(ServiceError):
    """Amazon could not be reached, or kept failing."""


class UnexpectedAnswerError(ServiceError):
    """An answer that does not have the shape, or a word that is in no document."""


class DocumentDamagedError(ServiceError):
    """A document that is cut short, fails its checksum, or is not what it claims."""
