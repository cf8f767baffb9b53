from .comparison import (
    Known as Known,
)
from .comparison import (
    compare as compare,
)
from .rule_evidence import (
    Evidence as Evidence,
)
from .rule_evidence import (
    evidence as evidence,
)
from .rule_evidence import (
    read_tables as read_tables,
)
from .claim_ledger import (
    Claim as Claim,
)
from .claim_ledger import (
    as_json as as_json,
)
from .claim_ledger import (
    ledger as ledger,
)
from .claim_ledger import (
    ledger_faults as ledger_faults,
)
from .rule_evaluation import (
    judge as judge,
)
from .rule_evaluation import (
    rules_faults as rules_faults,
)
from .rule_kinds import (
    KINDS as KINDS,
)
from .verdicts import (
    BOUND as BOUND,
)
from .verdicts import (
    CANNOT as CANNOT,
)
from .verdicts import (
    CONTRADICTED as CONTRADICTED,
)
from .verdicts import (
    FIXED as FIXED,
)
from .verdicts import (
    HOLDS as HOLDS,
)
from .verdicts import (
    LIKELIHOODS as LIKELIHOODS,
)
from .verdicts import (
    REFINED as REFINED,
)
from .verdicts import (
    UNTESTED as UNTESTED,
)
from .verdicts import (
    VERDICTS as VERDICTS,
)
from .verdicts import (
    likelihood as likelihood,
)
