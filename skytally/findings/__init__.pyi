from .date_finding_chart_rows import date_rows as date_rows
from .evidence_line_netcdf_and_csv_writer import (
    harmless as harmless,
    write_lines as write_lines,
    write_table as write_table,
)
from .finding import (
    Finding as Finding,
    computed as computed,
    interval_words as interval_words,
    level_words as level_words,
    tally as tally,
)
from .finding_computation_from_declarations import (
    all_findings as all_findings,
    estimate_of as estimate_of,
    evaluate as evaluate,
    evaluate_page as evaluate_page,
    evaluation_of as evaluation_of,
    one_finding as one_finding,
    outcomes as outcomes,
)
from .finding_declaration_checks import declaration_faults as declaration_faults
from .finding_declarations import (
    Declaration as Declaration,
    read_declarations as read_declarations,
    scan_declarations as scan_declarations,
    tables_read as tables_read,
)
from .finding_recomputation_recipe import (
    Computation as Computation,
    declared_computation as declared_computation,
)
from .finding_sensitivity_to_removed_evidence import (
    ESTIMATE_BUDGET as ESTIMATE_BUDGET,
    ESTIMATES as ESTIMATES,
    Reevaluation as Reevaluation,
    flipped as flipped,
    flips_of_findings as flips_of_findings,
)
from .finding_source_facts import with_support as with_support
from .findings_json_writer import as_json as as_json, write_findings as write_findings
from .in_process_finding_cache import (
    PossibleFindings as PossibleFindings,
    findings_kept as findings_kept,
    impossible_findings as impossible_findings,
    kept_findings as kept_findings,
    possible_findings as possible_findings,
    referred_declarations as referred_declarations,
)
from .quote_ratio_share_estimate_findings import row_of as row_of
from .smallest_flip_set_search import (
    VOID as VOID,
    FlipSet as FlipSet,
    FlipSets as FlipSets,
    Search as Search,
    as_examples as as_examples,
    by_source as by_source,
    flips_as_json as flips_as_json,
    smallest_sets as smallest_sets,
)
