from .consistency_rules import (
    check_record as check_record,
)
from .consistency_rules import (
    record_faults as record_faults,
)
from .evidence_lines import (
    ONE_CALL as ONE_CALL,
)
from .evidence_lines import (
    by_statement as by_statement,
)
from .evidence_lines import (
    count_once as count_once,
)
from .evidence_lines import (
    durations as durations,
)
from .evidence_lines import (
    line as line,
)
from .evidence_lines import (
    lines as lines,
)
from .evidence_lines import (
    with_numbers as with_numbers,
)
from .repeated_observations import (
    drop_copies as drop_copies,
)
from .repeated_observations import (
    read_originals as read_originals,
)
