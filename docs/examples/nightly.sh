#!/bin/sh
# One night's run. Prints nothing when it succeeds, and the end of the log when it fails,
# so that cron mails failures and nothing else: nightly.sh LOADER
cd "$(dirname "$0")/../.." || exit 1
loader=${1:-target-duckdb}
mkdir -p output
if ! .venv/bin/meltano --environment prod run tap-amazon-reports "$loader" > output/nightly.log 2>&1; then
    echo "The run into $loader failed; the whole log is in $PWD/output/nightly.log"
    tail -n 40 output/nightly.log
    exit 1
fi
