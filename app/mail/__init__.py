"""Mails to the person who waits: a batch is over, or it has come to a stop."""
