"""A transcript, made again from the stored recording and compared bit by bit."""
