from .claim_ledger import (
    Claim as Claim,
    as_json as as_json,
    judge_claims as judge_claims,
    ledger_faults as ledger_faults,
)
from .comparison import BoundedNumber as BoundedNumber, compare as compare
from .rule_evaluation import judge_rules as judge_rules, rules_faults as rules_faults
from .rule_evidence import (
    Evidence as Evidence,
    gather_evidence as gather_evidence,
    read_tables as read_tables,
)
from .rule_kinds import KINDS as KINDS
from .verdicts import (
    BOUND as BOUND,
    CANNOT as CANNOT,
    CONTRADICTED as CONTRADICTED,
    FIXED as FIXED,
    HOLDS as HOLDS,
    LIKELIHOODS as LIKELIHOODS,
    REFINED as REFINED,
    UNTESTED as UNTESTED,
    VERDICTS as VERDICTS,
    likelihood as likelihood,
)
