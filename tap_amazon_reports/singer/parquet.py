"""Records to Parquet: typed columns, every digit of a decimal kept.

| JSON schema | Parquet |
| --- | --- |
| `number` | decimal128(38, 18) |
| `integer` | int64 |
| `boolean` | boolean |
| `string`, format `date-time` | timestamp in microseconds, UTC |
| `string`, format `date` | date32 |
| `string` | string |
| `object`, `array`, and all else | string: JSON text |

A value that its column cannot hold, a decimal with 40 digits for one, is kept in
`_extra` as text, as a cell is that does not fit its type. Where `_extra` is not
selected, it is null, and that is told.
"""

from __future__ import annotations

import logging
from collections import Counter
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from singer_sdk.contrib.msgspec import decoder, encoder

from tap_amazon_reports.documents.oddities import oddities
from tap_amazon_reports.singer.background_worker import BackgroundWorker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_amazon_reports.documents.block import Block

logger = logging.getLogger(__name__)

_DIGITS, _DECIMAL_PLACES = 38, 18
_EXTRA = "_extra"
_MISFITS = (pa.ArrowException, TypeError, ValueError, OverflowError)
_GROUP_RECORDS = 5000
"""A row group; while one is compressed the next is read."""
_MOMENTS_MAX = 256
_TEXT = pa.string()
_FORMATS = {"date-time": pa.timestamp("us", tz="UTC"), "date": pa.date32()}
_TYPES = {
    "number": pa.decimal128(_DIGITS, _DECIMAL_PLACES),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "string": _TEXT,
}


class ParquetColumns:
    """The columns of all files of one stream."""

    def __init__(self, properties: Mapping[str, Mapping[str, Any]]) -> None:
        """Type each of the `properties` of a JSON schema."""
        types = {name: _arrow_type(spec) for name, spec in properties.items()}
        # What fits nowhere else is known when all else is done.
        self._in_order = sorted(types.items(), key=lambda item: item[0] == _EXTRA)
        self._is_json = {
            name: _kind(spec) not in _TYPES for name, spec in properties.items()
        }
        self.schema = pa.schema(self._in_order)

    def batch(self, block: Block, misfits: Counter[str]) -> pa.RecordBatch:
        """Return records as columns; count what does not fit, by column."""
        arrays = [
            self._array(name, type_, block, misfits) for name, type_ in self._in_order
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _array(
        self,
        name: str,
        type_: pa.DataType,
        block: Block,
        misfits: Counter[str],
    ) -> pa.Array:
        values = block.column(name)
        if self._is_json[name]:
            values = [None if value is None else _json(value) for value in values]
        try:
            return _typed(values, type_)
        except _MISFITS:
            return _one_by_one(name, values, type_, block, misfits)


class ParquetRows:
    """What one Parquet file will hold.

    Attributes:
        ending: of its name.
        encoded_bytes: how much it holds, before compression.
    """

    ending = ".parquet"

    def __init__(self, columns: ParquetColumns, *, compression: str | None) -> None:
        """Hold nothing.

        Args:
            columns: of the records.
            compression: pyarrow's word for it; None is its default.
        """
        self.encoded_bytes = 0
        self._columns = columns
        # Unlike a file of Python's, it does not make the writer wait for its turn.
        self._content = pa.BufferOutputStream()
        self._worker = BackgroundWorker()
        self._writer = pq.ParquetWriter(
            self._content, columns.schema, compression=compression or "snappy"
        )
        self._batches: list[pa.RecordBatch] = []
        self._batched_records = 0
        self._misfits: Counter[str] = Counter()

    def add(self, block: Block) -> None:
        """Turn records into columns, and write a row group when there are many."""
        batch = self._columns.batch(block, self._misfits)
        self.encoded_bytes += batch.get_total_buffer_size()
        self._batches.append(batch)
        self._batched_records += len(block)
        if self._batched_records >= _GROUP_RECORDS:
            self._end_group()

    def end(self) -> None:
        """Add no more, and have the rest written."""
        self._end_group()
        self._worker.start(self._writer.close)
        is_kept = _EXTRA in self._columns.schema.names
        for sentence in oddities(self._misfits, is_kept=is_kept):
            logger.warning("batch: %s", sentence)

    def content(self) -> bytes:
        """Return the whole content, when it is written."""
        self._worker.end()
        content: bytes = self._content.getvalue().to_pybytes()
        return content

    def _end_group(self) -> None:
        batches, self._batches = self._batches, []
        self._batched_records = 0
        if batches:
            group = pa.Table.from_batches(batches)
            self._worker.start(lambda: self._writer.write_table(group))


def _arrow_type(spec: Mapping[str, Any]) -> pa.DataType:
    kind = _kind(spec)
    if kind == "string":
        return _FORMATS.get(str(spec.get("format")), _TEXT)
    return _TYPES.get(kind, _TEXT)


def _kind(spec: Mapping[str, Any]) -> str:
    """Return the only type beside null; empty where there are several or none."""
    types = spec.get("type", ())
    words = {types} if isinstance(types, str) else set(types)
    words -= {"null"}
    return str(words.pop()) if len(words) == 1 else ""


def _typed(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    """Return the values as a column.

    Raises:
        ArrowException, TypeError, ValueError, OverflowError: if one does not fit.
    """
    first, number = values[0], len(values)
    # Much of a report is empty, or the same in all rows.
    if first is values[-1] and values.count(first) == number:
        if first is None:
            return pa.nulls(number, type_)
        if isinstance(first, str):
            if pa.types.is_temporal(type_):
                return pa.repeat(_moment(first, type_), number)
            return pa.repeat(_converted([first], type_)[0], number)
    return _converted(values, type_)


@lru_cache(_MOMENTS_MAX)
def _moment(text: str, type_: pa.DataType) -> pa.Scalar:
    """Return one value; what is the same in all rows is so in the next block too."""
    return _converted([text], type_)[0]


def _converted(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    if pa.types.is_temporal(type_):
        return pa.array(values, _TEXT).cast(type_)
    return pa.array(values, type_)


def _one_by_one(
    name: str,
    values: Sequence[Any],
    type_: pa.DataType,
    block: Block,
    misfits: Counter[str],
) -> pa.Array:
    """Return the values as a column, null where one does not fit; that is kept."""
    fitting: list[Any] = []
    extras = list(block.column(_EXTRA))
    for place, value in enumerate(values):
        fits = value
        if pa.types.is_decimal(type_) and isinstance(value, (int, float)):
            fits = Decimal(str(value))
        try:
            _converted([fits], type_)
        except _MISFITS:
            misfits[name] += 1
            fits = None
            extras[place] = _with(extras[place], name, _json(value))
        fitting.append(fits)
    block.put(_EXTRA, extras)
    return _converted(fitting, type_)


def _json(value: Any) -> str:
    return value if isinstance(value, str) else encoder.encode(value).decode()


def _with(extra: Any, name: str, text: str) -> dict[str, Any]:
    if isinstance(extra, str):
        # Flattened.
        extra = decoder.decode(extra)
    return {**(extra or {}), name: text}
