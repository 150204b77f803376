"""`python -m tap_amazon_reports` is the command `tap-amazon-reports`."""

from __future__ import annotations

from tap_amazon_reports.tap import TapAmazonReports

if __name__ == "__main__":
    TapAmazonReports.cli()
