"""The API's description: what FastAPI derives from the routes, and what a reader needs beyond it.

`document.install` makes `/openapi.json` say for every operation its stable name, the statuses it
answers with their schemas, examples that are real answers, and where an answer leads next.
"""
