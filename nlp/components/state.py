"""The attributes that components leave on a spaCy `Doc`, by name and in one place."""

from __future__ import annotations

from spacy.tokens import Doc

READING = "counterclaim_reading"
DOCUMENT = "counterclaim_document"
STUDY = "counterclaim_study"
ARMS = "counterclaim_arms"
EFFECTS = "counterclaim_effects"
CLAIMS = "counterclaim_claims"
LINKED = "counterclaim_linked"
SCENES = "counterclaim_scenes"
TAGGED = "counterclaim_tagged"

for _name in (READING, DOCUMENT, STUDY, ARMS, EFFECTS, CLAIMS, LINKED, SCENES, TAGGED):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=None)
