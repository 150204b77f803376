"""The tap, which writes at its end how long its main thread took, in processor time.

What is compressed meanwhile in another thread takes no time where there is a second
processor, as long as it is less.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tap_amazon_reports.tap import TapAmazonReports


def main() -> None:
    """Run the tap; the first argument is the file to write to."""
    path = Path(sys.argv.pop(1))
    try:
        TapAmazonReports.cli()
    finally:
        path.write_text(str(time.thread_time()), encoding="utf-8")


if __name__ == "__main__":
    main()
