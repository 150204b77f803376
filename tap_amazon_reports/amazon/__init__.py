"""Amazon's services over HTTP: clients, authenticators, quotas, retries, errors."""
