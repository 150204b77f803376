"""Login with Amazon: trades credentials for tokens that last an hour."""
