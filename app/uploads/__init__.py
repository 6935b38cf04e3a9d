"""Large files in resumable parts: the tus protocol 1.0, over a spool folder and a row.

    routes -> receiving (a part) -> spool (the file) ... finishing (a recording) ... sweep

https://tus.io/protocols/resumable-upload; docs/decisions/0009 says why it is our own.
"""
