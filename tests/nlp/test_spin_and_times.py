"""What only the whole abstract tells: a conclusion that praises a null result, and the one time that the methods give."""

from __future__ import annotations

import pytest

from tests.conftest import Read

TITLE = "Velorin versus castimol for knee pain"
NULL = "METHODS The primary outcome was pain. RESULTS Pain did not differ between velorin and castimol (mean difference 0.1, 95% CI -0.4 to 0.6)."


@pytest.mark.parametrize(
    ("conclusion", "spun"),
    [
        ("Velorin is an effective treatment of knee pain.", True),
        ("Velorin improves knee pain and should be considered.", True),
        ("Velorin was not effective.", False),
        ("There is no evidence that velorin has an effect on pain. Velorin may improve sleep.", False),
        ("Whether velorin is effective remains unclear.", False),
        ("Velorin was as effective as castimol.", False),
    ],
)
def test_praise_for_a_null_primary_effect_is_flagged(read: Read, conclusion: str, spun: bool) -> None:
    claims = read(f"{NULL} CONCLUSION {conclusion}", title=TITLE).claims
    assert [c.spin for c in claims if c.outcome.label.lower() == "pain"] == [spun]


def test_a_null_secondary_effect_is_no_spin(read: Read) -> None:
    text = (
        "METHODS The primary outcome was function; secondary outcomes were pain and sleep. RESULTS Function was better with velorin than with castimol (p=0.01). "
        "Pain did not differ between velorin and castimol. CONCLUSION Velorin is effective."
    )
    assert not any(c.spin for c in read(text, title=TITLE).claims)


def times(
    read: Read, methods: str, results: str = "Pain was lower with velorin than with castimol (2.1 vs 3.4 points, p=0.01)."
) -> set[str | None]:
    found = read(f"METHODS {methods} RESULTS {results}", title=TITLE)
    told = [e.timepoint for e in found.effects] + [c.timepoint for c in found.claims]
    return {t.text if t else None for t in told}


def test_one_time_in_the_methods_goes_for_all_results(read: Read) -> None:
    assert times(read, "Pain was assessed at 12 weeks.") == {"12 weeks"}


@pytest.mark.parametrize(
    "methods",
    [
        "Pain was assessed at 6 and 12 weeks.",
        "Pain was assessed at 12 weeks. Function was assessed at 6 months.",
        "Velorin was given daily for 12 weeks.",
        "Patients were followed for 12 weeks.",
    ],
)
def test_every_doubt_leaves_results_without_a_time(read: Read, methods: str) -> None:
    assert times(read, methods) == {None}


def test_a_time_among_the_results_silences_the_methods(read: Read) -> None:
    told = times(
        read,
        "Pain was assessed at 12 weeks.",
        "Pain was lower with velorin than with castimol (2.1 vs 3.4, p=0.01). Sleep was better at 6 weeks.",
    )
    assert "12 weeks" not in told
