"""What each command stands on: the settings, the services, the time."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.clock import Clock, SystemClock
from tap_amazon_reports.amazon.retry import RetryPolicy
from tap_amazon_reports.services import Services
from tap_amazon_reports.settings.environment import read_environment
from tap_amazon_reports.settings.json_files import ENVIRONMENT, read_config_files
from tap_amazon_reports.settings.reader import read_settings
from tap_amazon_reports.settings.schema import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_amazon_reports.settings.reader import Settings

PREFIX = "TAP_AMAZON_REPORTS_"
"""What the names of the environment's variables begin with, as the tap has it."""
_PATIENCE = RetryPolicy(unavailable_seconds=30, throttled_seconds=120)
"""Somebody sits before the terminal."""


@dataclass
class Session:
    """One call of the command.

    Attributes:
        clock: the time.
        retry: how patient requests are.
        config_files: paths; `ENV` is the environment; without any it is the
            environment alone.
        more: settings that an option of the command sets.
    """

    clock: Clock = field(default_factory=SystemClock)
    retry: RetryPolicy = _PATIENCE
    config_files: Sequence[str] = ()
    more: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def settings(self) -> Settings:
        """The settings, checked as the tap checks them.

        Raises:
            SettingsError: if a file cannot be read, or a setting is wrong.
            ConfigValidationError: if a variable of the environment cannot be read.
        """
        return read_settings(self._config() | self.more, now=self.clock.now())

    @cached_property
    def services(self) -> Services:
        """The clients of the services."""
        return Services(self.settings, clock=self.clock, retry=self.retry)

    def _config(self) -> dict[str, Any]:
        config = read_config_files(self.config_files)
        if not self.config_files or ENVIRONMENT in self.config_files:
            config |= read_environment(SETTINGS, PREFIX)
        return config
