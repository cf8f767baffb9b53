from .claim_rule_checks_and_evaluation import (
    judge_rules as judge_rules,
    rules_faults as rules_faults,
)
from .claim_rule_verdicts_by_kind import (
    KINDS as KINDS,
    POSITION_COLUMNS as POSITION_COLUMNS,
    WGS84 as WGS84,
)
from .claim_verdicts_and_ledger_checks import (
    Claim as Claim,
    as_json as as_json,
    as_sentence as as_sentence,
    judge_claims as judge_claims,
    ledger_faults as ledger_faults,
)
from .findings_and_rows_lookup_for_claim_rules import (
    Evidence as Evidence,
    gather_evidence as gather_evidence,
    read_tables as read_tables,
)
from .hypothesis_priors_and_likelihoods_reader import (
    LEAST_PRIOR as LEAST_PRIOR,
    MOST_PRIOR as MOST_PRIOR,
    read_hypotheses as read_hypotheses,
    with_prior as with_prior,
)
from .rival_hypothesis_posterior_findings import rival_findings as rival_findings
from .rival_hypothesis_sensitivity_to_removed_rows import flips_of_rivals as flips_of_rivals
from .verdict_on_claimed_number import BoundedNumber as BoundedNumber, compare as compare
from .verdict_scale import (
    BOUND as BOUND,
    CANNOT as CANNOT,
    CONTRADICTED as CONTRADICTED,
    DIFFERS as DIFFERS,
    FAITHFUL as FAITHFUL,
    FIXED as FIXED,
    GOOD as GOOD,
    HOLDS as HOLDS,
    IN_PART as IN_PART,
    UNTESTED as UNTESTED,
    VERDICTS as VERDICTS,
    on_this_point as on_this_point,
    worst as worst,
)
from .verdict_sensitivity_to_removed_evidence import flips_of_verdicts as flips_of_verdicts
