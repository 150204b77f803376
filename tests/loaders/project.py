"""A Meltano project in a folder of its own, with the plugins of meltano.yml."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.loaders.installed import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OWN_SCRIPTS = Path(sysconfig.get_path("scripts"))


def meltano() -> str | None:
    """Return Meltano's command, or None where it is not installed."""
    return shutil.which("meltano", path=f"{OWN_SCRIPTS}:{os.environ.get('PATH', '')}")


@dataclass(frozen=True)
class Project:
    """A project whose loader is installed already.

    Attributes:
        command: Meltano's.
        folder: where the project is.
        loader: the name of the loader.
        commands: the folder of the loader's commands.
    """

    command: str
    folder: Path
    loader: str
    commands: Path

    def write(self) -> None:
        """Write the repository's meltano.yml, with commands in place of packages."""
        project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
        plugins = project["plugins"]
        plugins["loaders"] = [
            loader for loader in plugins["loaders"] if loader["name"] == self.loader
        ]
        for plugin, scripts in (
            (plugins["extractors"][0], OWN_SCRIPTS),
            (plugins["loaders"][0], self.commands),
        ):
            del plugin["pip_url"]
            plugin["executable"] = str(scripts / plugin["executable"])
        path = self.folder / "meltano.yml"
        path.write_text(yaml.safe_dump(project), encoding="utf-8")

    def run(
        self,
        settings: Mapping[str, Any],
        *,
        until: Callable[[subprocess.Popen[bytes]], None] | None = None,
    ) -> tuple[int, str]:
        """Run the pipeline; return its exit status and its log.

        Args:
            settings: of the plugins, by the name of the environment variable.
            until: returns when all that runs is to be killed, by SIGKILL.
        """
        texts = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in settings.items()
        }
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MELTANO_", "TAP_AMAZON_REPORTS_", "TARGET_"))
        }
        log = self.folder / "run.log"
        with (
            log.open("wb") as written,
            subprocess.Popen(
                # Meltano takes a job that was killed for one that runs, for 5 minutes.
                [self.command, "run", "--force", "tap-amazon-reports", self.loader],
                cwd=self.folder,
                env={
                    **kept,
                    "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
                    "NO_PROXY": "127.0.0.1",
                    **texts,
                },
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ) as process,
        ):
            if until is not None:
                until(process)
                os.killpg(process.pid, signal.SIGKILL)
            status = process.wait()
        return status, log.read_text(encoding="utf-8")
