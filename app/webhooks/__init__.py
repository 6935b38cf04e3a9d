"""Tell other programs what happened: signed messages over HTTP, by Standard Webhooks."""
