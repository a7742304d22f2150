"""What exists, and how it got here: records, documents, the formats and services they come from."""
