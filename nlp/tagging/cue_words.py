"""Words that tell something of what stands beside them, by what they tell."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Words that say nothing of what a text is about.
COMMON = _set("""
    the a an of in on to and or for with was were is are at by from than versus vs as be been that this these those who which had has have group
    groups patients after before between during study trial women randomized randomised controlled phase clinical
""")

#: Words that open what follows, however many words later: the last of them is remembered.
OPENING = _set("""
    randomized randomised randomly assigned allocated received receive receiving versus vs compared comparing evaluate evaluated assess assessed
    determine investigate investigated examine examined measured endpoint endpoints end outcome outcomes primary secondary included eligible
    recruited enrolled effect effects effectiveness efficacy impact with among in for of rate rates incidence was were aged age significantly
    improved reduced increased decreased higher lower no difference differences between
""")

NUMBER_WORDS = _set("""
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty
    forty fifty sixty seventy eighty ninety hundred thousand
""")
#: They stand where a number of events would.
NOUGHT = _set("no none neither")

#: A sentence that holds one of these tells what its numbers are.
TELLING = tuple(["respectively", "median", "mean", "sd", "±", "versus", "vs", "compared", "ratio", "ci", "rate", "rates", "randomized", "randomised", "randomly", "assigned", "allocated", "enrolled", "recruited", "eligible", "aged", "age", "survival", "both", "each", "per", "dose", "mg", "interval"])  # fmt: skip
#: What may link a number with the next.
LINKING = _set("and or vs versus compared with in of for to than while whereas ; , ( ) / % ± n = group arm control placebo")

#: Between the numbers of one arm stand only such words: "12 (34%)", "7 of 21 patients (33%)", "3.4 ± 1.2".
INSIDE_A_CELL = _set("""
    ( ) [ ] % ± / of out the patients women participants subjects n = , sd : cases months weeks points range - standard deviation evaluable all
""")
#: They name a comparator, or an intervention, in any trial.
COMPARATOR_WORDS = _set("""
    control controls placebo sham standard usual conventional alone without no not routine observation comparator comparison untreated reference
    only cg wait waiting attention delayed monotherapy vehicle saline
""")
INTERVENTION_WORDS = _set(
    "intervention experimental treatment study treated plus combination combined investigational active eg ig test"
)
#: They name no arm.
NO_NAME = _set("""
    the and with for was were from than that this who which had has have group groups patients arm arms after before between during women
    received receiving respectively compared versus median mean months years weeks days rate rates percent year month week day treatment
    therapy cancer breast trial study survival each per both all not score scores
""")
#: Between the two things that a title compares.
AGAINST = _set("versus vs or compared against than")
