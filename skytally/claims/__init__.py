"""Claims to verdicts: rules in data, evaluated on the findings and the rows of the record."""

from skytally.claims.comparing import Known, compare
from skytally.claims.evidence import Evidence, evidence, read_tables
from skytally.claims.kinds import KINDS
from skytally.claims.ledger import Claim, as_json, ledger, ledger_faults
from skytally.claims.rules import judge, rules_faults
from skytally.claims.verdicts import (
    BOUND,
    CANNOT,
    CONTRADICTED,
    FIXED,
    HOLDS,
    LIKELIHOODS,
    REFINED,
    UNTESTED,
    VERDICTS,
    likelihood,
)

__all__ = [
    "BOUND",
    "CANNOT",
    "CONTRADICTED",
    "FIXED",
    "HOLDS",
    "KINDS",
    "LIKELIHOODS",
    "REFINED",
    "UNTESTED",
    "VERDICTS",
    "Claim",
    "Evidence",
    "Known",
    "as_json",
    "compare",
    "evidence",
    "judge",
    "ledger",
    "ledger_faults",
    "likelihood",
    "read_tables",
    "rules_faults",
]
