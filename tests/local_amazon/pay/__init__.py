"""Amazon Pay: reports, schedules and disbursements of one merchant."""
