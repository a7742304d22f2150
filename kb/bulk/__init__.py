"""PubMed's files by the thousand: one file is one shard, read by as many processes as there are, stored by one, in the order of the files."""
