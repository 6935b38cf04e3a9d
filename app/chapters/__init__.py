"""The walkthrough of the book: its chapters, and the places in this repository that answer them."""
