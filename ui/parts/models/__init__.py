"""The pieces of the page *Models*: what serves, what it was judged by, how it is taken back."""
