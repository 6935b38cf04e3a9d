"""The pages of the front end, one file each."""
