"""`python -m deploy.local`: the whole product on one computer, with nothing to configure.

The launcher chooses ports, migrates the database and starts `supervisord`, which keeps the other
processes alive. Nothing listens on the network: the API and the page answer on the loopback
address, everything else talks through unix sockets in a private folder.
"""

# Ch 13 · Planning for Operations: a process that dies is started again, the others live on
