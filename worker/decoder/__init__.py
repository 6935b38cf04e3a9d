"""Decodes the recordings of strangers: hostile bytes go in, counted samples come out.

    server (fork server, preloaded) -> one child a file -> limits -> opening -> decode -> client

A child holds one socket and one open file and can open nothing else. `app.media.client` is the
other end; the words spoken between the two are in `app.media.protocol`.
"""
