"""docs/schedule.md: many accounts at once, one warehouse, each with its own quota."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import yaml

from tests.loaders.sellers import Sellers, be_impatient, sellers
from tests.local_amazon import BySeconds
from tests.pages.blocks import ROOT, marked

if TYPE_CHECKING:
    from tests.loaders.warehouses import Postgres

RIPE_SECONDS = 15.0
"""After how long a slow report is made: the machine is quicker, Amazon slower."""
ORDERS = "sp_flat_file_all_orders_data_by_last_update_general"
TRAFFIC = "sp_sales_and_traffic_report_by_asin"


def test_accounts_share_tables_and_no_state(postgres: Postgres) -> None:
    """Two accounts, two jobs: shared tables, a state each; what is slow fails nothing.

    The reports of the slow job are not ripe in its first run, which ends with success;
    a later run reads them, and none is asked for twice.
    """
    daily, slow = marked("run account").splitlines()
    with sellers(postgres, "ACME_EU", "ZETA") as two:
        be_impatient(two)
        _must(two, daily)
        amazon = two.amazons["ACME_EU"].selling_partner
        before = len(amazon.reports)
        amazon.ripening = BySeconds(0.0, RIPE_SECONDS)
        _must(two, slow)
        asked = len(amazon.reports) - before
        assert {} == two.accounts_in(TRAFFIC)
        _must(two, daily.replace("ACME_EU", "ZETA"))
        time.sleep(RIPE_SECONDS)
        _must(two, slow)

        assert {"ACME_EU", "ZETA"} == set(two.accounts_in(ORDERS))
        assert {"ACME_EU"} == set(two.accounts_in(TRAFFIC))
        assert asked == len(amazon.reports) - before > 0
        assert 3 == len(two.states())


def _must(run_by: Sellers, command: str) -> str:
    ended = run_by.run(command)
    said = ended.stdout + ended.stderr
    assert 0 == ended.returncode, said[-3000:]
    return said


def test_kubernetes_runs_what_was_tested() -> None:
    """The CronJob's command and variables are those of the other examples.

    Nothing here asks a cluster: what is checked is the file.
    """
    text = (ROOT / "docs/examples/kubernetes.yaml").read_text(encoding="utf-8")
    job = yaml.safe_load(text)
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    script = (ROOT / "docs/examples/run_account.sh").read_text(encoding="utf-8")
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    (tap,) = project["plugins"]["extractors"]
    known = {f"TAP_AMAZON_REPORTS_{one['name'].upper()}" for one in tap["settings"]}
    set_there = {one["name"] for one in container["env"]}

    assert ("batch/v1", "CronJob") == (job["apiVersion"], job["kind"])
    assert "Never" == pod["restartPolicy"]
    line = " ".join(container["command"])
    line = line.replace("ACME_EU-daily", '"$account-$job"')
    assert line.replace("target-postgres", '"$loader"') in script
    assert set_there <= known | {"MELTANO_STATE_BACKEND_URI"}
