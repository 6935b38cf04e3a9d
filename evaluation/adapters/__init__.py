"""An adapter against its parent: on its field, and on everything it must not spoil."""
