"""`python -m worker.proposals [.SUFFIX] < DOCUMENT`: one document, one answer, as JSON.

Run by the API for each document. Parsers of PDF and Office files read what strangers have made, so
everything needed is loaded first; then the process gives up files, network, memory and time for
good, and only then looks at the document.
"""

# Ch 28 · Security and Privacy: a document is parsed where there is nothing to take and no way out

from __future__ import annotations

import codecs
import json
import logging
import os
import sys
import warnings
from typing import Any, Final

from worker.decoder.limits import CpuSpent, confine
from worker.decoder.seccomp import deny_other_calls
from worker.proposals import documents, language
from worker.proposals.commonness import english
from worker.proposals.errors import Refusal
from worker.proposals.proposing import propose

CPU_S: Final = 40
_DESCRIPTORS: Final = 3
_CODECS: Final = (
    "ascii", "charmap", "cp1252", "cp437", "latin-1", "mac-roman", "utf-8-sig", "utf-16",
    "utf-16-be", "utf-16-le", "utf-32", "gbk", "gb18030", "big5", "shift-jis", "euc-jp", "euc-kr",
)  # fmt: skip
_NO_MEMORY: Final = (
    "document_expands",
    "Reading this document takes more memory than any text should. It was stopped, and nothing was"
    " kept. Save it again without pictures, or paste the text.",
)
_NO_TIME: Final = (
    "document_too_slow",
    "Reading this document takes far longer than any text should and was stopped. Nothing was kept."
    " Give a part of it, or paste the text.",
)


def main() -> int:
    content = sys.stdin.buffer.read()
    logging.disable()
    warnings.simplefilter("ignore")
    known = english()
    language.warm_up()
    documents.reader(content)
    for name in _CODECS:
        codecs.lookup(name)
    confine(CPU_S, _DESCRIPTORS)
    deny_other_calls()
    answer = json.dumps(_answer(content, sys.argv[1] if sys.argv[1:] else "", known))
    sys.stdout.write(answer)
    sys.stdout.flush()
    # Not by way of the interpreter's own end: libraries would want to close what is not open
    os._exit(0)


def _answer(content: bytes, suffix: str, known: Any) -> dict[str, Any]:
    try:
        return {"found": propose(content, suffix, known)}
    except Refusal as refusal:
        return _refused(refusal.code, refusal.detail)
    except MemoryError:
        return _refused(*_NO_MEMORY)
    except (CpuSpent, RecursionError):
        return _refused(*_NO_TIME)


def _refused(code: str, detail: str) -> dict[str, Any]:
    return {"refused": {"code": code, "detail": detail}}


if __name__ == "__main__":
    main()
