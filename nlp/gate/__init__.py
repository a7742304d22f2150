"""Which records of a large collection are worth reading: trials, and reviews that pool trials."""
