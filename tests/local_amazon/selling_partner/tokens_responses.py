"""Tokens 2021-03-01: a restricted data token for documents with personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.local_amazon.parameters import Fields
from tests.local_amazon.wire import Answer, json_answer

from .refusals import invalid
from .routes import DOCUMENTS

if TYPE_CHECKING:
    from tests.local_amazon.service import Call

    from .models import SellingPartner

MOST_RESOURCES = 50
NAMES = ("restrictedResources", "targetApplication")
NO_ACCESS = "Application do not have access to some or all requested resource"


class TokensResponses:
    """The one operation of the Tokens API."""

    def __init__(self, model: SellingPartner) -> None:
        """Answer from `model`."""
        self._model = model

    def create_restricted_data_token(self, call: Call) -> Answer:
        """Return a token for the documents that the body names."""
        fields = Fields.of(call.request, invalid, *NAMES)
        fields.text("targetApplication")
        resources = fields.content.get("restrictedResources")
        if not isinstance(resources, list) or not 1 <= len(resources) <= MOST_RESOURCES:
            message = f"restrictedResources is a list of 1 to {MOST_RESOURCES}"
            raise invalid(message)
        paths = frozenset(self._path(resource) for resource in resources)
        token = self._model.grant_restricted(paths)
        return json_answer(200, {"restrictedDataToken": token, "expiresIn": 3600})

    def _path(self, resource: object) -> str:
        """Return the path of one resource: a document's own, no placeholder."""
        fields = Fields(resource, invalid)
        path = fields.required("path")
        if fields.required("method") != "GET" or not path.startswith(DOCUMENTS):
            message = "a restricted resource is GET and the path of a document"
            raise invalid(message)
        document = self._model.documents.get(path.removeprefix(DOCUMENTS))
        if document is None:
            message = "invalid or unsupported document id"
            raise invalid(message)
        if not self._model.is_restricted(document):
            raise invalid(NO_ACCESS)
        return path
