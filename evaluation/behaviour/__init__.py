"""What a recogniser must do, must not change, and in which direction it may go (CheckList)."""
