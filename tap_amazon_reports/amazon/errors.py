"""What a run can meet: whose fault it is, and what to do next.

    TapError
    ├── BatchStorageError          the machine's: a batch file cannot be stored
    ├── ForeignHostError           ours: credentials were about to go astray
    ├── UnsendableError            a setting's: no request can be made with it
    └── AmazonError                what a request to Amazon ended with
        ├── RequestRefusedError    ours: Amazon understood and said no (400, 404)
        │   └── DocumentGoneError  nobody's: Amazon no longer has the document
        ├── DocumentMissingError   nobody's: there is no such document
        ├── MissingColumnError     Amazon's: a document lacks a column of its key
        ├── NotATableError         ours: the document is not of the layout expected
        ├── UnreadableFormatError  ours: there are no rows in such a document
        ├── UrlExpiredError        nobody's: a presigned URL is dead, ask for a new one
        ├── AccountError           the account's
        │   ├── CredentialsError   Login with Amazon or a signature was refused
        │   └── AccessDeniedError  403: a role, a region, a marketplace is missing
        └── ServiceError           theirs
            ├── ThrottledError     429, for longer than we are willing to wait
            ├── UnavailableError   5xx, time-outs and lost connections, too many
            ├── UnexpectedAnswerError  an answer or a word that no document describes
            │   ├── WrongEntriesError  a listing, but for some of its entries
            │   └── WrongReportError   not the report that was asked for
            ├── DocumentDamagedError   cut short, or not what it claims to be
            ├── ReportFailedError  Amazon could not make a report
            └── ReportStuckError   a report took longer than report_timeout

An error's text is one line and fit to be printed: what was asked, what Amazon said, and
what to check. It never holds a body, a token or the query of a URL.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [  # noqa: RUF022 (in the order of the tree)
    "TapError",
    "UnsendableError",
    "AmazonError",
    "RequestRefusedError",
    "DocumentGoneError",
    "DocumentMissingError",
    "AccountError",
    "CredentialsError",
    "AccessDeniedError",
    "ServiceError",
    "ThrottledError",
    "UnavailableError",
    "UnexpectedAnswerError",
    "WrongEntriesError",
    "DocumentDamagedError",
]


class TapError(Exception):
    """Something that a run can meet; its text says what to do and needs no trace."""


class UnsendableError(TapError):
    """A setting holds what no request can carry; the text never shows its value."""


class AmazonError(TapError):
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


class DocumentGoneError(RequestRefusedError):
    """Amazon says, in its own error format, that it does not have the document."""


class DocumentMissingError(AmazonError):
    """There is no such document: a month without a file, or an object that is gone."""


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


class WrongEntriesError(UnexpectedAnswerError):
    """A listing whose shape is right, but for some of its entries."""


class DocumentDamagedError(ServiceError):
    """A document that is cut short, fails its checksum, or is not what it claims."""
