from .declaration_checks import declaration_faults as declaration_faults
from .declarations import (
    Declaration as Declaration,
    read_declarations as read_declarations,
    scan_declarations as scan_declarations,
    tables_read as tables_read,
)
from .downloads import harmless as harmless, write_lines as write_lines, write_table as write_table
from .evaluation import (
    evaluate as evaluate,
    evaluate_page as evaluate_page,
    outcomes as outcomes,
    with_derived_columns as with_derived_columns,
)
from .finding import Finding as Finding, computed as computed, tally as tally
from .finding_kinds import row_of as row_of
from .findings_json import write_findings as write_findings
