"""What the SDK's `Tap` does otherwise: settings, catalog, state, signals, the end."""

from __future__ import annotations

import abc
import gc
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import click
from singer_sdk import Tap
from singer_sdk.exceptions import ConfigValidationError, MappingError
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.helpers._state import reset_state_progress_markers
from singer_sdk.plugin_base import _ConfigInput
from singer_sdk.tap_base import CliTestOptionValue

from tap_amazon_reports.amazon.clock import SystemClock
from tap_amazon_reports.reports.schema_files import CATALOGUE
from tap_amazon_reports.settings.environment import read_environment
from tap_amazon_reports.settings.json_files import (
    ENVIRONMENT,
    json_object,
    read_config_files,
)
from tap_amazon_reports.settings.reader import (
    SettingsError,
    missing_credentials,
    read_settings,
)
from tap_amazon_reports.settings.schema import SETTINGS
from tap_amazon_reports.settings.stream_maps import maps_of_nothing
from tap_amazon_reports.singer.catalog import (
    catalog_of,
    catalog_text,
    read_catalog,
    unlike_settings,
)
from tap_amazon_reports.singer.messages import (
    MessageWriter,
    OutputError,
    PromptClock,
    discard_output,
)
from tap_amazon_reports.singer.outcome import RunOutcome
from tap_amazon_reports.singer.quiet_log import quieten, unknown_level
from tap_amazon_reports.singer.report_stream import ReportStream
from tap_amazon_reports.singer.state import StateError, check_state
from tap_amazon_reports.singer.state_messages import StateMessages
from tap_amazon_reports.singer.stream import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import FrameType
    from typing import IO

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.amazon.connection import Calls
    from tap_amazon_reports.reports.report_catalogue import ReportCatalogue
    from tap_amazon_reports.reports.report_run import ReportRun
    from tap_amazon_reports.settings.reader import Settings

_RARELY = (20_000, 10, 10)
"""How many objects there have to be more before garbage is looked for."""
_TURN_SECONDS = 0.001


class AmazonTap(Tap, abc.ABC):
    """A tap whose streams fail one by one, and whose end tells what became of them.

    Attributes:
        outcome: what became of the run so far.
    """

    config_jsonschema: ClassVar[dict[str, Any]] = SETTINGS
    message_writer_class = MessageWriter

    # Which streams there are depends on the settings, so discovery checks them too.
    dynamic_catalog = True

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        catalogue: ReportCatalogue = CATALOGUE,
        **given: Any,
    ) -> None:
        """Check the settings; nothing is requested yet.

        Args:
            clock: the time; by default the machine's.
            catalogue: the report types that are known.
            given: as the SDK's `Tap` takes it.

        Raises:
            ConfigValidationError: if a setting is wrong.
        """
        self._clock = PromptClock(
            clock or SystemClock(), before_a_pause=self._before_a_pause
        )
        self._catalogue = catalogue
        self.outcome = RunOutcome()
        super().__init__(**given)
        self._state_writer = self._states

    @abc.abstractmethod
    def calls(self) -> Iterable[Calls]:
        """Return what was asked of each service."""

    @abc.abstractmethod
    def check(self) -> int:
        """Try what is configured, log what is found, return an exit status."""

    @abc.abstractmethod
    def report_run(self, streams: Sequence[ReportStream]) -> ReportRun:
        """Return a run of some streams of rows inside reports, which has not begun."""

    def sync_all(self) -> None:  # type: ignore[misc]  # final only to type checkers
        """Read the selected streams: those of rows inside reports last and together.

        Their reports are created first, and ripen while the others are read.
        """
        self._reset_state_progress_markers()
        self._set_compatible_replication_methods()
        if self.state:
            self.state_writer.write_state(self.state)
        selected = [stream for stream in self.streams.values() if stream.selected]
        if not selected:
            self.logger.warning(
                "the catalog selects no stream of this tap, so nothing is read; create"
                " it again with --discover, and select the streams to read"
            )
        if self.input_catalog is not None:
            for line in unlike_settings(self.input_catalog, self.streams):
                self.logger.warning("%s", line)
        for line in maps_of_nothing(self.config.get("stream_maps"), self.streams):
            self.logger.warning("%s", line)
        inside = [one for one in selected if isinstance(one, ReportStream)]
        run = self.report_run(inside)
        run.start()
        for stream in selected:
            if not isinstance(stream, ReportStream):
                stream.sync()
                stream.finalize_state_progress_markers()
                stream.log_sync_costs()
                run.work()
        run.read()

    def read_together(self, streams: Sequence[ReportStream]) -> None:
        """Read some streams of rows inside reports to their ends."""
        run = self.report_run(streams)
        run.start()
        run.read()

    @abc.abstractmethod
    def close(self) -> None:
        """Let go of what only a run needs."""

    @cached_property
    def settings(self) -> Settings:
        """The settings, checked and typed."""
        return read_settings(
            self.config, now=self._clock.now(), catalogue=self._catalogue
        )

    @cached_property
    def _run(self) -> Run:
        """What the streams share."""
        return Run(self.settings, self._clock, self.outcome, self._states)

    @cached_property
    def _states(self) -> StateMessages:
        return StateMessages(self.message_writer, self.state, self._clock)

    def _before_a_pause(self) -> None:
        """Let the target work on what there is while the tap waits."""
        self._states.tell_what_waits()
        if isinstance(self.message_writer, MessageWriter):
            self.message_writer.flush()

    @classmethod
    def cb_config(
        cls,
        ctx: click.Context,  # noqa: ARG003 (as click calls it)
        param: click.Option,  # noqa: ARG003 (likewise)
        value: tuple[str, ...],
    ) -> _ConfigInput:
        """Return the settings in the files that are named, the last one first.

        The SDK's own ends in a traceback where one of them is no file of settings.
        """
        try:
            config = read_config_files(value)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None
        return _ConfigInput(config=config, parse_env=ENVIRONMENT in value)

    @property
    def catalog_dict(self) -> dict[str, Any]:
        """The catalog, as `--discover` prints it."""
        return catalog_of(self.streams.values())

    @property
    def catalog_json_text(self) -> str:
        """The text of it."""
        return catalog_text(self.catalog_dict)

    @classmethod
    def cb_discover(
        cls,
        ctx: click.Context,
        param: click.Option,
        value: bool,  # noqa: FBT001
    ) -> None:
        """Print the catalog, and end, without looking for garbage on the way out.

        All that is made is needed until the end, so that to look for garbage meanwhile
        finds none; and Python would look through all of it once more when it ends.
        """
        if value:
            quieten()
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            super().cb_discover(ctx, param, value)
        finally:
            if value:
                gc.freeze()
            if was_enabled:
                gc.enable()

    @classmethod
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """Try what is configured, and end with 1 if any of it fails.

        The SDK's own reads each stream until its first record, which asks Amazon for
        reports, and ends with success whatever happens.
        """
        if value != CliTestOptionValue.All.value:
            super().cb_test(ctx, param, value)
            return
        given = ctx.params.get("config", _ConfigInput())
        try:
            tap = cls(config=given.config, parse_env_config=given.parse_env)
            status = tap.check()
        except ConfigValidationError as error:
            for problem in error.errors:
                cls.logger.error("%s", problem)  # noqa: TRY400 (a line, no traceback)
            status = 1
        ctx.exit(status)

    def setup_mapper(self) -> None:
        """Read `stream_maps` for the streams that there are.

        Raises:
            ConfigValidationError: if they do not fit: the SDK's own is a traceback.
        """
        try:
            super().setup_mapper()
        except MappingError as error:
            problem = f"stream_maps: {error}"
            raise ConfigValidationError(problem, errors=[problem]) from None

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over the bookmarks of an earlier run.

        Raises:
            ConfigValidationError: if they are not of this tap, or of a newer one.
        """
        try:
            check_state(state, self.streams)
        except StateError as error:
            raise ConfigValidationError(str(error), errors=[str(error)]) from None
        # The SDK's own takes apart what belongs to no stream here, whatever it is.
        for name, own in state.get("bookmarks", {}).items():
            kept = dict(own) if isinstance(own, dict) else own
            self.state.setdefault("bookmarks", {})[name] = kept

    def _reset_state_progress_markers(self) -> None:
        """Take away what an earlier run has noted, of the streams that there are."""
        for name in self.streams.keys() & self.state.get("bookmarks", {}).keys():
            own = self.state["bookmarks"][name]
            for part in (own, *own.get("partitions", [])):
                reset_state_progress_markers(part)

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Check the settings by their meaning, not by their shape alone.

        The SDK's own check shows the values that it refuses, secrets among them.
        """
        self.append_builtin_config(self.config_jsonschema)
        for name in self.config.keys() - self.config_jsonschema["properties"].keys():
            self.logger.warning("unknown setting %s: it has no effect", name)
        try:
            _ = self.settings
        except SettingsError as error:
            if raise_errors:
                msg = "Config validation failed"
                raise ConfigValidationError(msg, errors=error.problems) from None
            return error.problems
        for notice in self.settings.notices:
            self.logger.warning("%s", notice)
        return []

    @classproperty
    def cli(cls) -> click.Command:  # noqa: N805 (as the SDK has it)
        """The command; the SDK's own ends in a traceback for a level there is not."""
        if problem := unknown_level(cls._env_var_prefix):
            raise SystemExit(f"Error: {problem}")  # noqa: TRY003, EM102 (all it says)
        command: click.Command = super().cli
        return command

    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805 (as the SDK has it)
        """The settings that are variables of the environment.

        The SDK's own ends in a traceback where a variable cannot be read.
        """
        cls.append_builtin_config(cls.config_jsonschema)
        return read_environment(cls.config_jsonschema, cls._env_var_prefix)

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """Leave between two lines; `run` then writes the state of what is done."""
        if isinstance(self.message_writer, MessageWriter):
            # Within a line it comes back, for the line has to be ended first.
            self.message_writer.interrupt(signum, frame)
        else:
            super()._handle_termination(signum, frame)

    @classmethod
    def invoke(  # type: ignore[override]  # as the SDK's own taps do
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: _ConfigInput | None = None,
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
    ) -> None:
        """Run from the command line: all streams, a summary, an exit status.

        The SDK's own `invoke` ends with success when every stream has had its turn;
        here a stream that failed lets the others go on, and fails the run at its end.
        """
        if about:
            super().invoke(about=about, about_format=about_format)
        quieten()
        cls.print_version(print_fn=cls.logger.info)
        given = config or _ConfigInput()
        try:
            tap = cls(
                config=given.config,
                state=state and _object_in(state, "--state"),
                catalog=catalog and read_catalog(_object_in(catalog, "--catalog")),
                parse_env_config=given.parse_env,
            )
        except SettingsError as error:
            raise click.ClickException("\n".join(error.problems)) from None
        # Rows come and go by the thousand and never refer to each other in a circle,
        # and what is there by now stays to the end.
        gc.freeze()
        gc.set_threshold(*_RARELY)
        # A thread that has fetched or compressed something waits less for its turn.
        sys.setswitchinterval(_TURN_SECONDS)
        sys.exit(tap.run())

    def run(self) -> int:
        """Read all selected streams, tell what became of them, return the exit status.

        Raises:
            ConfigValidationError: if no credentials are set at all.
        """
        if not self.settings.has_a_service:
            msg = missing_credentials()
            raise ConfigValidationError(msg, errors=[msg])
        try:
            self.sync_all()
        except BrokenPipeError as error:
            self._lose_target(error)
        except SystemExit:
            self.outcome.failures.append(
                "a signal ended the run early; the next run reads the rest"
            )
            raise
        except BaseException as error:
            self.outcome.failures.append(
                f"{type(error).__name__} ended the run early; the next run reads the"
                " rest"
            )
            raise
        finally:
            try:
                self.state_writer.write_state(self.state)
            except BrokenPipeError as error:
                self._lose_target(error)
            finally:
                self.close()
                self.outcome.tell(self.calls())
        return 1 if self.outcome.failures else 0

    def _lose_target(self, error: BrokenPipeError) -> None:
        """Remember that nothing can be written any more, and why."""
        discard_output()
        self.outcome.failures.append(
            str(error)
            if isinstance(error, OutputError)
            else "the target has closed its input; look at the target's log"
        )


def _object_in(file: IO[str], option: str) -> dict[str, Any]:
    """Return the object of JSON in a file that was opened.

    Raises:
        SettingsError: it holds something else.
    """
    try:
        content = file.read().encode()
    except (OSError, ValueError):
        raise SettingsError([f"{option}: the file is not JSON"]) from None
    return json_object(content, given=option)
