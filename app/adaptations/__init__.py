"""Adapters of customers' domains: asked for, trained in the background, judged, used or refused."""
