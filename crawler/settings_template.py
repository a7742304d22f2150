"""What `counterclaim init` writes."""

TEMPLATE = """\
# counterclaim.toml: what `counterclaim refresh` does. One saved search is needed; all else is optional, and contact is a courtesy that the services ask for.

# Services write to this address before they block anybody. It is sent to them and kept nowhere else.
contact  = "you@example.org"
# The library: one SQLite file, beside this one unless the path is absolute.
database = "counterclaim.db"
# Name of the environment variable that holds your NCBI API key (10 requests a second in place of 3). Never the key itself.
# api_key_env = "NCBI_API_KEY"

[searches.msc-ms]
query   = "mesenchymal stem cells AND multiple sclerosis"
# pubmed, europepmc, clinicaltrials
sources = ["pubmed", "europepmc", "clinicaltrials"]
# Only what entered the source on or after this day.
since   = "2010-01-01"
# Packs to read with (all of them where a search names none); docs/domains.md says what a pack is.
# domains = ["cell_therapy", "multiple_sclerosis", "outcomes"]

# [tell]
# Commands get the run's summary as JSON on standard input.
# on_change  = "mail -s 'counterclaim: something changed' you@example.org"
# on_turn    = "mail -s 'counterclaim: a verdict turned' you@example.org"
# on_failure = "mail -s 'counterclaim: refresh failed' you@example.org"
# ping       = "https://example.org/ping/your-id"

# [limits]
# overlap_days     = 35     # how far back a refresh looks for records that were dated back
# recheck_hours    = 20     # a record listed as revised is looked at again when its last look is older than this
# tries            = 9      # for each request
# deadline_seconds = 90     # for each request as a whole

# Mirrors: every service may be asked elsewhere.
# [sources.pubmed]
# base_url = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
# requests_per_second = 3
# [sources.crossref]
# base_url = "https://api.crossref.org/"

# PubMed's daily update files (some 100 MB each at most): revisions and deletions of every PubMed record that is here, also of those that
# no search lists. The first refresh only remembers the newest file.
# [sources.pubmed_files]
# follow = true
"""
