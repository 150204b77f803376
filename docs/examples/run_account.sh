#!/bin/sh
# Runs one job of one account, in a Meltano project: run_account.sh ACCOUNT JOB LOADER
set -eu
account=$1 job=$2 loader=$3
set -a
. "./accounts/$account.env"
. "./jobs/$job.env"
set +a
export TAP_AMAZON_REPORTS_ACCOUNT="$account"

# Runs that go on at once must not share Meltano's folder of catalogs and settings: each
# account has one of its own, with the plugins of the project.
export MELTANO_SYS_DIR_ROOT="$PWD/.meltano/accounts/$account"
mkdir -p "$MELTANO_SYS_DIR_ROOT"
for plugins in extractors loaders; do
    if [ -d ".meltano/$plugins" ]; then
        ln -sfn "$PWD/.meltano/$plugins" "$MELTANO_SYS_DIR_ROOT/$plugins"
    fi
done

# Two jobs of one account share Amazon's quota: the second waits for the first.
exec flock "$MELTANO_SYS_DIR_ROOT" \
    meltano --environment prod run --state-id-suffix "$account-$job" tap-amazon-reports "$loader"
