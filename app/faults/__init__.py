"""Named faults that can be switched on to see what the product does about them."""
