"""What departs from the SDK, over real runs."""
