"""The trained tagger: tokens, what is told of each, and the chains that label them. Plain numpy; nothing here knows of spaCy."""
