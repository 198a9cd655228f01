"""Reading what a person typed, scoring it, and recognising what went wrong."""
