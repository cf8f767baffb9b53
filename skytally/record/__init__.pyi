from .close_or_contradicting_statement_pairs import (
    claim_pairs as claim_pairs,
    falling_totals as falling_totals,
)
from .copied_reports import drop_copies as drop_copies
from .derived_site_day_and_error_columns import with_derived_columns as with_derived_columns
from .evidence_lines import (
    OPEN_START as OPEN_START,
    SAME_CALL as SAME_CALL,
    SAME_SIGHTING as SAME_SIGHTING,
    by_statement as by_statement,
    count_once as count_once,
    durations as durations,
    kept_instead as kept_instead,
    line as line,
    lines as lines,
    with_numbers as with_numbers,
)
from .independent_claimant_count_bounds import separate_lines as separate_lines, ties_of as ties_of
from .observed_days_and_longest_gap import LOOKED as LOOKED, observed_days as observed_days
from .plausibility_rules import interval_faults as interval_faults, place_faults as place_faults
from .record_consistency_rules import check_record as check_record, record_faults as record_faults
from .record_end_date import (
    newest_page as newest_page,
    read_newest_page as read_newest_page,
    within_record as within_record,
)
from .record_reader_without_copied_reports import (
    read_originals as read_originals,
    read_record as read_record,
)
from .record_without_rows import (
    NOTHING as NOTHING,
    ReducedRecord as ReducedRecord,
    Removed as Removed,
    WholeRecord as WholeRecord,
)
from .row_conditions import (
    condition_faults as condition_faults,
    condition_parts as condition_parts,
    filtered as filtered,
    possible_words as possible_words,
    word_faults as word_faults,
)
from .row_date_columns_and_precision import (
    INTERVAL as INTERVAL,
    STATEMENT as STATEMENT,
    VOYAGE as VOYAGE,
    date_columns as date_columns,
    time_quality as time_quality,
)
from .rows_at_site_or_on_exact_day import at_site as at_site, on_one_day as on_one_day
from .running_total_row_selection import totals_since_start as totals_since_start
from .source_provenance import (
    GOVERNMENT_RELEASE as GOVERNMENT_RELEASE,
    NO_SOURCE as NO_SOURCE,
    NOT_FROM_ABOVE as NOT_FROM_ABOVE,
    NOT_NAMED as NOT_NAMED,
    OWNER_NOT_STATED as OWNER_NOT_STATED,
    READ as READ,
    RELEASED as RELEASED,
    UNKNOWN_ORIGIN as UNKNOWN_ORIGIN,
    UNNAMED_FAMILIES as UNNAMED_FAMILIES,
    Graph as Graph,
    Support as Support,
    copying_graph as copying_graph,
    image_words as image_words,
    origins_of_row as origins_of_row,
    owner_name as owner_name,
    owner_words as owner_words,
    support as support,
    support_words as support_words,
)
