"""Messages that must be sent if, and only if, a transaction was committed."""
