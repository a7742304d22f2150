"""Services that records come from: one file each behind one protocol, and one line in SOURCES."""
