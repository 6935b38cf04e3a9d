"""Sentences of the API that the screen repeats: said in the reader's language word for word.

The API speaks English. What it answers with values inside (a file's name, a number) stays as it
came, so that nothing of it is lost. A test finds each of these in its source.
"""

from __future__ import annotations

from typing import Final

from ui.words.saying import later

ANSWERS: Final[tuple[str, ...]] = (
    # Stages of a job.
    later("queued"),
    later("finding speech"),
    later("recognising"),
    later("done"),
    # What a transcript warns of.
    later("No speech was found in this recording."),
    later(
        "The file ends before the audio it announces: it was probably cut off while it was"
        " copied or recorded. What is there was transcribed."
    ),
    # How the texts of the sample were made.
    later("as it is"),
    later("with the field's terms given as keywords"),
    # The menu of files to take away.
    later("Numbers heard as words"),
    later("Kept as words"),
    later("Written as digits"),
    later("Plain text"),
    later("to read"),
    later("Paragraphs; how it was made and what to check stand below them."),
    later("Paragraphs without times"),
    later("Paragraphs with times"),
    later("A line a segment, with times"),
    later("Divided by"),
    later("Turns and long pauses"),
    later("Segments"),
    later("Times"),
    later("Shown"),
    later("Left out"),
    later("Names of speakers"),
    later("Fillers such as um and uh"),
    later("Kept: verbatim"),
    later("Turns with times in the margin; doubtful words dotted, commented and listed."),
    later("With times in the margin"),
    later("Without times"),
    later("subtitles"),
    later("Two lines of 42 characters, broken at phrases; for nearly every player and editor."),
    later("Calm: 17 characters a second"),
    later("For quick readers: 20 characters a second"),
    later("Reading speed"),
    later("17 characters a second"),
    later("20 characters a second"),
    later("The same for the web, with speakers, and with doubts as notes nobody sees on screen."),
    later("Table (CSV)"),
    later("data"),
    later("RFC 4180; nothing in it is taken for a formula."),
    later("A row a segment"),
    later("A row a word"),
    later("For Excel"),
    later("Words"),
    later("Table (TSV)"),
    later("The same with tabs."),
    later("All that the API knows: words, times, probabilities, flags."),
    later("With every word"),
    later("Segments only"),
    later("research"),
    later("A Word table with timespan, content and speaker, for Import Rows."),
    later("A row a turn"),
    later("Rich text with stamps #00:01:23-4#, for a multimedia transcript."),
    later("Turns with time stamps"),
    later("Rich text with stamps #00:01:23-4#, for Import, Transcripts with timestamps."),
    later("REFI-QDA project"),
    later("A project that programs exchange; doubts are codes on passages."),
    later("The text as a document"),
    later("The text synchronised with the recording beside it"),
    # Problems.
    later(
        "The transcription service does not answer. Your recordings and transcripts are safe"
        " on disk. It may still be starting: wait a few seconds; if it stays so, stop the"
        " product and start it again."
    ),
    later(
        "The transcription service does not answer. What was stored is safe. Wait a few"
        " seconds and try again."
    ),
    later("This adaptation is not over yet; there is no need."),
    later(
        "This adapter was made and passed the gate. Change the terms or the text, and ask"
        " for another one."
    ),
    later(
        "This transcription was cancelled while you waited for it. The recording is kept;"
        " send it again to have it transcribed."
    ),
    later("The cursor was not made by this server; leave it out."),
    later("The upload was cut off. Nothing was kept."),
    later(
        "The synthesiser did not answer in time: this computer is busy. Nothing was changed."
        " Try again in a minute."
    ),
    later(
        "Terms cannot be read aloud on this computer yet. Everything else works without. Run"
        " `make setup-training` once (some hundred MB), and try again."
    ),
    later(
        "There is no room left for transcripts. What was kept is safe; free some space and"
        " try again."
    ),
    later(
        "Something went wrong on our side. Your recordings and transcripts are safe. Try"
        " again; if it happens twice, quote the request id."
    ),
    later(
        "The run was made anew since the first page was shown. Nothing is lost; begin again"
        " without the cursor."
    ),
    later("The upload ended before the file was complete. Nothing was kept; send it again."),
    later("The file's name is too long. Nothing was kept; shorten it to at most 255 characters."),
    later("The file's name contains a NUL character. Nothing was kept; rename the file."),
    later("This recording has a transcription; delete that, and the recording goes with it."),
    later("The file is empty (0 bytes). Nothing was kept."),
    later(
        "The disk is full, the recording could not be kept. Transcripts and other recordings"
        " are safe; free some space and send it again."
    ),
    later("The recording was deleted, so it cannot be heard again. The transcript is still there."),
    later(
        "The transcript was changed since you last saw it. Nothing was done. Read it again,"
        " and decide then."
    ),
    later(
        "This is one side of the preview of a domain, which shows what machines wrote."
        " Nothing was changed. Transcribe the recording to correct it."
    ),
    later(
        "This transcript was declared final. Nothing was changed; reopen it first: `POST"
        " /v1/transcriptions/{id}/reopen`."
    ),
    later("This segment became part of another. Read the transcript again."),
    later("Only segments that follow each other can become one. Nothing was changed."),
    later(
        "The segments are of different speakers. Nothing was changed; give them the same"
        " speaker first."
    ),
    later(
        "There is no room left for recordings, so nothing of this was kept. Transcripts and"
        " other recordings are safe; free some space and try again."
    ),
    later("The recording was deleted."),
    later(
        "This part did not arrive as it was sent: its checksum differs. The part was"
        " dropped, all earlier ones are safe; send it again."
    ),
    later(
        "The connection broke off in the middle of this part. What had arrived is kept; ask"
        " for the offset and go on from there."
    ),
    later(
        "What had arrived of this upload is no longer here: it was cancelled, or waited for"
        " too long. Recordings and transcripts are safe; send the file again from its"
        " beginning."
    ),
    # What a guest is told whose link does not open, or not for this.
    later(
        "Open the link you were given once more, all of it; a program sends what stands behind its"
        " `#` as `Authorization: Bearer SECRET`."
    ),
    later(
        "This link leads nowhere. It may not be whole, or what it led to was deleted. Ask the"
        " person who gave it to you for another."
    ),
    later("The person who made this link has ended it. Ask them for another."),
    later("This link has expired. Ask the person who gave it to you for another."),
    later("A comment needs a text and a name. Nothing was kept; fill in what is missing."),
)
