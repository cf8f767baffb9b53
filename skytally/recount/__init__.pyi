from .blind_count_comparison import (
    CountComparison as CountComparison,
    compare_counts as compare_counts,
    comparison_words as comparison_words,
    repetition_words as repetition_words,
)
from .count_and_rows_from_marks import (
    CountResult as CountResult,
    result_of as result_of,
    source_id as source_id,
)
from .counting_rule_table import counting_rules as counting_rules
from .finished_count_geojson_and_rows import (
    JOURNALS as JOURNALS,
    TABLES as TABLES,
    marks_geojson as marks_geojson,
    recorded_row as recorded_row,
    write_result as write_result,
)
from .mark_journal import (
    CountJournal as CountJournal,
    CountState as CountState,
    CountTask as CountTask,
    NotKeptError as NotKeptError,
    check_same as check_same,
    counts_of as counts_of,
    folder_name as folder_name,
    journal_path as journal_path,
    read_count as read_count,
    read_task as read_task,
)
from .mark_matching import LONGEST_M as LONGEST_M
from .notes_on_disputed_marks import (
    NOTES_FILE as NOTES_FILE,
    DisputeNotes as DisputeNotes,
    place_key as place_key,
)
from .practice_scoring import PracticeScore as PracticeScore, practice_score as practice_score
from .recount_image_identity_and_tiles import (
    CountImage as CountImage,
    ImageIdentity as ImageIdentity,
)
from .site_outlines_in_pixel_coordinates import (
    metres_from_window as metres_from_window,
    outline_rings as outline_rings,
)
