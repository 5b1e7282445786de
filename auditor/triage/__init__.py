"""What is broken now, and why: causes ranked from what was seen, and errors that were pasted."""
