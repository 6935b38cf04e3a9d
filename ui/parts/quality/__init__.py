"""The pieces of the page *Quality*: figures in words first, charts and recordings beside them."""
