"""Batch files, which a target loads whole: JSON lines or Parquet, where users want.

Records are encoded by the block, as they come, and compressed beside the reading. A
file is stored when it is complete and only then named to the target, and a stream
finishes its files before a bookmark moves past the rows in them. So whatever a STATE
message says has been read is in files that were named before it.

A file ends with a window, after `batch_size` records, or when it has become large,
whichever comes first.
"""

from __future__ import annotations

import zlib
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from singer_sdk.contrib.msgspec import encoder
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._batch import BaseBatchFileEncoding, BatchFileFormat

from tap_amazon_reports.amazon.errors import TapError
from tap_amazon_reports.documents.block import RowBlock
from tap_amazon_reports.singer.background_worker import BackgroundWorker
from tap_amazon_reports.singer.json_lines import json_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from singer_sdk.helpers._batch import BatchConfig

    from tap_amazon_reports.documents.block import Block

_BLOCK_RECORDS = 500
_PIECE_BYTES = 4 * 1024 * 1024
"""What is compressed at a time: a thread has to wait for its turn before each."""
_FILE_BYTES = 64 * 1024 * 1024
"""Of what is encoded, before it is compressed."""
_GZIP_LEVEL = 1
_GZIP_WINDOW = 31
"""The largest window, with the header and the check sum of gzip around it."""


class BatchStorageError(TapError):
    """A batch file could not be stored, so its rows count as not read."""


class BatchFiles:
    """The batch files of one stream, one after another.

    Attributes:
        encoding: as it is told to the target.
        named: how many files the target has been told of.
    """

    def __init__(
        self,
        config: BatchConfig,
        *,
        name: str,
        properties: Mapping[str, Mapping[str, Any]],
        announce: Callable[[BatchFiles, str], None],
        nulls: bool = True,
    ) -> None:
        """Write nothing yet.

        Args:
            config: where to, in which format, how many records to a file.
            name: what the names of the files start with.
            properties: of the records' schema, by name.
            announce: tells the target of the file at a URL.
            nulls: whether JSON has the properties that have no value.

        Raises:
            ConfigValidationError: if the format is none that can be written here.
        """
        self._make = _maker(config.encoding, properties, nulls=nulls)
        self.encoding = BaseBatchFileEncoding(
            format=config.encoding.format, compression=_compression(config.encoding)
        )
        self.named = 0
        self._config = config
        self._stem = f"{config.storage.prefix or ''}{name}-{uuid4()}"
        self._announce = announce
        self._file: BatchFile | None = None
        self._full: BatchFile | None = None
        self._left = 0
        self._waiting: list[dict[str, Any]] = []
        self._waiting_bytes = 0

    def put(self, block: Block) -> None:
        """Add records.

        Raises:
            BatchStorageError: if a file that is complete cannot be stored.
        """
        if isinstance(block, RowBlock) and len(block) == 1:
            # Many streams come by their records one by one.
            self._waiting += block.rows()
            self._waiting_bytes += len(encoder.encode(self._waiting[-1]))
            is_many = len(self._waiting) >= _BLOCK_RECORDS
            if is_many or self._waiting_bytes >= _PIECE_BYTES:
                self._write_waiting()
        else:
            self._write_waiting()
            self._write(block)

    def finish(self) -> None:
        """Store the files in hand, if there are any, and name them.

        Raises:
            BatchStorageError: if one cannot be stored.
        """
        self._write_waiting()
        self._end_file()
        self._store()

    def _write_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._waiting_bytes = 0
        self._write(RowBlock(waiting))

    def _write(self, block: Block) -> None:
        """Write records into as many files as they need."""
        written = 0
        while written < len(block):
            file = self._file or self._begun()
            is_whole = not written and len(block) <= self._left
            part = block if is_whole else block.part(written, written + self._left)
            file.add(part)
            written += len(part)
            self._left -= len(part)
            if not self._left or file.encoded_bytes >= _FILE_BYTES:
                self._end_file()

    def _begun(self) -> BatchFile:
        self._file = self._make()
        self._left = self._config.batch_size
        return self._file

    def _end_file(self) -> None:
        """Let the file be compressed to its end, while the next one is written."""
        file, self._file = self._file, None
        if file is not None:
            file.end()
            self._store()
            self._full = file

    def _store(self) -> None:
        """Store the file that is full, if there is one, and name it."""
        file, self._full = self._full, None
        if file is None:
            return
        name = f"{self._stem}-{self.named + 1}{file.ending}"
        storage = self._config.storage
        content = file.content()
        try:
            with storage.open(name, "wb") as stored:
                stored.write(content)
        except Exception as error:
            # Each kind of storage has errors of its own.
            msg = (
                f"the batch file {name} could not be stored: {error}; check"
                " batch_config.storage.root and the space there"
            )
            raise BatchStorageError(msg) from error
        self.named += 1
        self._announce(self, storage.get_url(name))


class BatchFile(Protocol):
    """What one file will hold.

    Attributes:
        ending: of its name.
        encoded_bytes: how much went on to be compressed, before that.
    """

    ending: str
    encoded_bytes: int

    def add(self, block: Block) -> None:
        """Add records."""

    def end(self) -> None:
        """Add no more; what is left to do may be done while others go on."""

    def content(self) -> bytes:
        """Return the whole content, of a file that was ended."""


class Lines:
    """Each record as JSON, one to a line.

    Attributes:
        ending: of its name.
        encoded_bytes: how much was put away.
    """

    ending = ".json"

    def __init__(self, *, nulls: bool = True) -> None:
        """Hold nothing; of what comes, leave out nulls unless they are wanted."""
        self._nulls = nulls
        self.encoded_bytes = 0
        self._lines: list[bytes] = []
        self._lines_bytes = 0
        self._content: list[bytes] = []

    def add(self, block: Block) -> None:
        """Add records; put the lines away when there are many."""
        for lines in json_lines(block, nulls=self._nulls):
            self._lines.append(lines)
            self._lines_bytes += len(lines)
        if self._lines_bytes >= _PIECE_BYTES:
            self._end_piece()

    def end(self) -> None:
        """Add no more."""
        self._end_piece()

    def content(self) -> bytes:
        """Return the whole content."""
        return b"".join(self._content)

    def _end_piece(self) -> None:
        lines, self._lines = self._lines, []
        self.encoded_bytes += self._lines_bytes
        self._lines_bytes = 0
        self._put_away(lines)

    def _put_away(self, lines: list[bytes]) -> None:
        self._content += lines


class GzipLines(Lines):
    """The same, compressed as a whole."""

    ending = ".json.gz"

    def __init__(self, *, nulls: bool = True) -> None:
        """Hold nothing; of what comes, leave out nulls unless they are wanted."""
        super().__init__(nulls=nulls)
        self._worker = BackgroundWorker()
        self._compressor = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW)

    def end(self) -> None:
        """Add no more, and have the rest compressed."""
        super().end()
        self._worker.start(self._flush)

    def content(self) -> bytes:
        """Return the whole content, when it is compressed."""
        self._worker.end()
        return super().content()

    def _put_away(self, lines: list[bytes]) -> None:
        self._worker.start(lambda: self._compress(lines))

    def _compress(self, lines: list[bytes]) -> None:
        self._content.append(self._compressor.compress(b"".join(lines)))

    def _flush(self) -> None:
        self._content.append(self._compressor.flush())


def _compression(encoding: BaseBatchFileEncoding) -> str | None:
    # A target takes lines for plain when nothing is said.
    if encoding.format == BatchFileFormat.JSONL:
        return encoding.compression or "gzip"
    return encoding.compression


def _maker(
    encoding: BaseBatchFileEncoding,
    properties: Mapping[str, Mapping[str, Any]],
    *,
    nulls: bool,
) -> Callable[[], BatchFile]:
    """Return what begins a file.

    Raises:
        ConfigValidationError: if nothing does.
    """
    match encoding.format, _compression(encoding):
        case BatchFileFormat.JSONL, "gzip":
            return partial(GzipLines, nulls=nulls)
        case BatchFileFormat.JSONL, "none":
            return partial(Lines, nulls=nulls)
        case BatchFileFormat.PARQUET, compression:
            return _parquet_maker(compression, properties)
    msg = (
        f"batch_config.encoding: found format {encoding.format!r} with compression"
        f" {encoding.compression!r}, allowed: jsonl with gzip or none, parquet"
    )
    raise ConfigValidationError(msg, errors=[msg])


def _parquet_maker(
    compression: str | None, properties: Mapping[str, Mapping[str, Any]]
) -> Callable[[], BatchFile]:
    try:
        # Optional, and slow to import.
        from tap_amazon_reports.singer.parquet import (  # noqa: PLC0415
            ParquetColumns,
            ParquetRows,
        )
    except ImportError:
        msg = (
            "batch_config: to write Parquet, install the tap with its extra,"
            " tap-amazon-reports[parquet]"
        )
        raise ConfigValidationError(msg, errors=[msg]) from None
    columns = ParquetColumns(properties)
    return lambda: ParquetRows(columns, compression=compression)
