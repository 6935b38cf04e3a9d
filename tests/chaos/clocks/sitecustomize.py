"""Read by Python at the start of each process of a chaos run: every program has its own clock.

libfaketime, preloaded, adds to the time what the process's file says.
"""

import os
import sys

_PROGRAMS = {
    "deploy.local.supervise": "supervisor",
    "uvicorn": "api",
    "app.dispatcher": "dispatcher",
    "media@%h": "media",
    "host@%h": "host",
}
_named = [_PROGRAMS[word] for word in sys.orig_argv if word in _PROGRAMS]
if _named and "CHAOS_CLOCKS" in os.environ:
    os.environ["FAKETIME_TIMESTAMP_FILE"] = os.environ["CHAOS_CLOCKS"] + "/" + _named[0]
