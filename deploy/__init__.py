"""Ways to run the product: on one computer, in containers, on a cluster."""
