"""`Idempotency-Key`: a request that is sent again is answered again, and done once.

After draft-ietf-httpapi-idempotency-key-header-07. The key's row is written in the transaction
that does what was asked, so whatever dies on the way leaves either both or neither: no key is ever
stuck, and no lease or clock decides about one. While a request is under way in this process, a
second one with its key is refused at once (409), before hours of audio are sent; where several
processes serve the API and both get in, the second to commit finds the first one's row and gives
its answer. Refusals are not kept: nothing was done, and what is put right may be sent with the
same key.
"""
