"""The life of a report: which windows there are, and what is known of a report."""
