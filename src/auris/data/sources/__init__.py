"""Where recordings come from, one file a source."""
