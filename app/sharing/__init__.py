"""One transcript for somebody who has a link: to read, to comment on, or to correct."""
