"""What is counted, and the figures that follow from it. Pure functions; rates are fractions 0-1."""
