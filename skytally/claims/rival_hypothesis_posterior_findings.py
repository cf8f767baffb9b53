"""Findings that say what the rival hypotheses come to: the result, its priors, its weak points."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from skytally.claims import bayes_update
from skytally.claims.findings_and_rows_lookup_for_claim_rules import Evidence
from skytally.claims.hypothesis_priors_and_likelihoods_reader import EvidenceItem, Hypotheses
from skytally.core import Quantity, evidence_line_name_constants as n, percent_text, quantity_text
from skytally.findings import Finding, computed

FROM_PRIOR = (
    "Starting from {prior}, the probability of the explanation “{proposition}” depends on the "
    "judge{span}: {at_ends} with every judged range at its end against it, or at its end for it, "
    "and by the judgements of this book {number} with every range at its middle."
)
"""What the ends span, the ends and the middle in one sentence, so that none is quoted alone."""
NOTHING, CERTAINTY = 0.05, 0.95
"""Probabilities from which on the ends of the ranges leave nothing decided."""
SPAN = "anything from near nothing to near certainty"
"""What the ends come to where they reach both."""
RESULT = (
    f"{FROM_PRIOR} Without the observation that moves it most ({{item}}), the middle gives "
    "{without}."
)
ENDS = (
    "{decide} from {prior}, the probability of the explanation “{proposition}” is {number}, the "
    "first with every range taken at its end against it, the second with every range taken at its "
    "end for it. So the result holds only for readers who roughly share the judgements."
)
DECIDE = "The judgements decide: starting"
"""Beginning of the sentence on the ends where they do not reach from nothing to certainty."""
DECIDE_ALL = (
    "The answer depends on the judge: the judgements of this book, not the evidence, decide how "
    f"probable the explanation “{{proposition}}” is, {SPAN}. Starting"
)
"""Beginning where they do: what the ends come to stands before any number."""
STRONGEST_RIVAL = (
    "The strongest of the other explanations is “{rival}”. Between these two alone, each with the "
    "same probability before any evidence and the remaining ones left out, “{proposition}” comes "
    "to {number}."
)
Posteriors = Mapping[tuple[str, str, str], float]
"""Probability of the proposition by prior, model and reading of the ranges."""
FINEST_DECIMALS = 1
"""Decimals of a percent that a result may have: finer ones would be those of the judgements."""


def outward_percent(low: float, high: float) -> tuple[float, float]:
    """Round two probabilities outwards to percent, to tenths where whole ones were certainty.

    Examples
    --------
    >>> outward_percent(0.8749, 0.9896)
    (87.0, 99.0)
    >>> outward_percent(0.0004, 0.9988)
    (0.0, 99.9)
    """
    ends = []
    for probability, edge in ((low, math.floor), (high, math.ceil)):
        digits, percent = 0, 100 * probability
        rounded = edge(percent)
        while not 0 < rounded < 100 and digits < FINEST_DECIMALS:
            digits += 1
            rounded = edge(percent * 10**digits) / 10**digits
        ends.append(float(rounded))
    return ends[0], ends[1]


def _over_models(low: float, high: float, *, least: bool) -> str:
    """Probability of one end of the ranges over the models, as one bound where they differ."""
    percents = [100 * each for each in (low, high)]
    words = {percent_text(each if not 1 <= each <= 99 else round(each)) for each in percents}
    if len(words) == 1:
        return f"{words.pop()} percent"
    low, high = outward_percent(low, high)
    return f"at most {math.ceil(high)} percent" if least else f"at least {math.floor(low)} percent"


def _in_words(low: float, high: float) -> str:
    return quantity_text(Quantity(math.nan, low, high, n.EXACTLY, "percent", ""))


def _rows(items: Iterable[EvidenceItem], evidence: Evidence) -> pd.DataFrame:
    return pd.DataFrame({"id": [evidence.rows[ref]["id"] for item in items for ref in item.rows]})


def _finding(
    key: str,
    text: str,
    ends: tuple[float, float],
    rows: pd.DataFrame,
    said: str = "",
    **words: str,
) -> Finding:
    low, high = outward_percent(*ends)
    return computed(
        key, value=math.nan, low=low, high=high, unit="percent", bound=n.EXACTLY, rows=rows,
        text=text, words=words, said=said,
    )  # fmt: skip


def _ends(found: Posteriors, prior: str, reading: str) -> tuple[float, float]:
    """Least and greatest probability of the proposition over the models."""
    over_models = [found[prior, model, reading] for model in bayes_update.MODELS]
    return min(over_models), max(over_models)


def _span(found: Posteriors, prior: str) -> str:
    """Words on ends that reach from near nothing to near certainty; empty for any others."""
    against = max(_ends(found, prior, bayes_update.LEAST))
    favour = min(_ends(found, prior, bayes_update.GREATEST))
    return f" and is {SPAN}" if against <= NOTHING and favour >= CERTAINTY else ""


def _ends_in_words(found: Posteriors, prior: str) -> str:
    """Probabilities with every range at its end against the proposition, and for it."""
    least, greatest = (
        _over_models(*_ends(found, prior, reading), least=reading == bayes_update.LEAST)
        for reading in (bayes_update.LEAST, bayes_update.GREATEST)
    )
    return f"between {least} and {greatest}"


def _result(
    known: Hypotheses, found: Posteriors, prior: str, rows: pd.DataFrame, name: str
) -> list[Finding]:
    moving = next(iter(bayes_update.most_moving_first(known)), "")
    if not moving:
        return []
    others = bayes_update.posteriors(known, without=[moving])
    without = _in_words(*outward_percent(*_ends(others, prior, bayes_update.MIDDLE)))
    item = next(each.text for each in known.items if each.id == moving).rstrip(".")
    return [
        _finding(
            "rivals.result", RESULT, _ends(found, prior, bayes_update.MIDDLE), rows,
            prior=prior, proposition=name, item=item, without=without,
            at_ends=_ends_in_words(found, prior), span=_span(found, prior),
        )
    ]  # fmt: skip


def _strongest_rival(known: Hypotheses, prior: str, rows: pd.DataFrame) -> Finding:
    models, under_test = bayes_update.MODELS, known.proposition
    found = [bayes_update.posterior(known, prior=prior, model=each) for each in models]
    others = [name for name in known.names if name != under_test]
    rival = max(others, key=lambda name: max(each[name] for each in found))
    ratios = [bayes_update.combined_ratios(known, model=each) for each in models]
    alone = [each[under_test] / (each[under_test] + each[rival]) for each in ratios]
    return _finding(
        "rivals.strongest_rival", STRONGEST_RIVAL, (min(alone), max(alone)), rows,
        proposition=known.names[under_test], rival=known.names[rival],
    )  # fmt: skip


def rival_findings(known: Hypotheses, evidence: Evidence) -> list[Finding]:
    """Make the findings of the rival hypotheses, for pages to quote.

    Parameters
    ----------
    known : Hypotheses
    evidence : Evidence
        For the rows behind the observations.

    Returns
    -------
    list of Finding
        ``rivals.result``: the probability of the proposition from the prior nearest to even,
        over the models of dependence, with the observation that moves it most.
        ``rivals.from_<prior>`` for each other prior, ``rivals.ends`` with the ranges at their ends,
        ``rivals.strongest_rival``. None where there are no observations.
    """
    if not known.items:
        return []
    rows, name = _rows(known.items, evidence), known.names[known.proposition]
    prior = bayes_update.even_prior(known)
    found = bayes_update.posteriors(known)
    against, favour = (
        _ends(found, prior, reading) for reading in (bayes_update.LEAST, bayes_update.GREATEST)
    )
    return [
        *_result(known, found, prior, rows, name),
        *(
            _finding(
                f"rivals.from_{each.replace(' ', '_')}", FROM_PRIOR,
                _ends(found, each, bayes_update.MIDDLE), rows, prior=each, proposition=name,
                at_ends=_ends_in_words(found, each), span=_span(found, each),
            )
            for each in known.priors
            if each != prior
        ),
        _finding(
            "rivals.ends", ENDS, (against[0], favour[1]), rows,
            prior=prior, proposition=name,
            decide=DECIDE_ALL.format(proposition=name) if _span(found, prior) else DECIDE,
            said=_ends_in_words(found, prior),
        ),
        _strongest_rival(known, prior, rows),
    ]  # fmt: skip
