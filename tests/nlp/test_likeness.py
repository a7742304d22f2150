"""A phrase that no pack knows stays as it stands; what it is written like is told with a score and the runner-up."""

from __future__ import annotations

from nlp.domain import ConceptKind, Entry
from nlp.likeness import Likeness
from tests.conftest import Read

PACK = [
    Entry(ConceptKind.OUTCOME, "x:1", "wart clearance", ("wart clearance",), "warts"),
    Entry(ConceptKind.OUTCOME, "x:2", "wart clearing", ("wart clearing",), "warts"),
    Entry(ConceptKind.INTERVENTION, "x:3", "cryotherapy", ("cryotherapy",), "warts"),
]


def test_the_name_written_most_alike_is_told_with_score_and_runner_up() -> None:
    found = Likeness(PACK).closest("wart clearence", ConceptKind.OUTCOME)
    assert found is not None
    concept, score, runner_up = found
    assert (concept, runner_up) == ("x:1", "x:2")
    assert 0.84 <= score < 1


def test_what_is_like_nothing_is_told_nothing() -> None:
    assert Likeness(PACK).closest("foot checks", ConceptKind.OUTCOME) is None
    assert Likeness(PACK).closest("cryotherapie", ConceptKind.OUTCOME) is None


def test_a_misspelt_outcome_keeps_its_words_and_gains_a_candidate(read: Read) -> None:
    found = read(
        "Adults were randomised to velorin or placebo. Haemoglobbin was higher with velorin than with placebo (12.1 vs 11.0; P = 0.01)."
    )
    [claim] = found.claims
    assert (claim.outcome.text, claim.outcome.concept) == ("Haemoglobbin", None)
    [candidate] = [m for m in found.mentions if m.quote.text == "Haemoglobbin"]
    assert candidate.concept is not None
    assert candidate.score is not None
    assert candidate.score < 1
