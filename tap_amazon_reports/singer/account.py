"""The account as a column and as part of every key, so that many share one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk.schema.source import StreamSchema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from singer_sdk.streams import Stream

    from tap_amazon_reports.documents.block import Block

ACCOUNT = "account"
_COLUMN = {
    "type": "string",
    "description": "The seller or developer account: the setting `account`.",
}


def account_schema(schema: Mapping[str, Any], account: str | None) -> dict[str, Any]:
    """Return a schema, with the column of the account if there is one."""
    if account is None:
        return dict(schema)
    return {**schema, "properties": {ACCOUNT: _COLUMN, **schema["properties"]}}


def account_key(names: tuple[str, ...], account: str | None) -> tuple[str, ...]:
    """Return a key, with the account as its first part if there is one."""
    return names if account is None or ACCOUNT in names else (ACCOUNT, *names)


def with_account(put: Callable[[Block], None], account: str) -> Callable[[Block], None]:
    """Return what puts the account into each row before it goes on."""

    def named(block: Block) -> None:
        block.put(ACCOUNT, [account] * len(block))
        put(block)

    return named


class AccountSchema(StreamSchema[str]):
    """The schema in the file of a stream's name, with the column of its account."""

    def get_stream_schema(self, stream: Stream, stream_class: type[Stream]) -> Any:
        """Return the schema of `stream`, which has an attribute `account`."""
        schema = super().get_stream_schema(stream, stream_class)
        return account_schema(schema, getattr(stream, "account", None))
