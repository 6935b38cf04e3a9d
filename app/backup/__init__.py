"""Everything the product keeps in one file, and back again, on any of its databases.

`python -m app.backup create FILE` and `… restore FILE`; `lectern backup` and `lectern restore` run
these. The format is described in docs/decisions/0007.
"""
