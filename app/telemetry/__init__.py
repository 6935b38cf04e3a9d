"""What the running product tells about itself: processes seen, speeds measured."""
