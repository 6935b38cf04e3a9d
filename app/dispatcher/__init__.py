"""The dispatcher: a small process that turns committed rows into wake-ups and watches leases."""
