"""The Appstore Reporting API: one file for each kind and month."""
