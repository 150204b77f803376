"""The one place that departs from the SDK; here is what is replaced, and why."""
