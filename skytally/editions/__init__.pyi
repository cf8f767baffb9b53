from .cell_corrections_and_effects import (
    Correction as Correction,
    correction_history as correction_history,
)
from .cells_changed_without_correction import uncorrected_cells as uncorrected_cells
from .changed_findings_chart import moved_numbers_charts as moved_numbers_charts
from .edition_change_cause_search import (
    Book as Book,
    Item as Item,
    book_items as book_items,
    change_causes as change_causes,
    undetermined as undetermined,
)
from .edition_change_groups_and_mixed_trees import (
    CODE as CODE,
    CORRECTED_ROWS as CORRECTED_ROWS,
    GROUPS as GROUPS,
    MEASURED as MEASURED,
    OF_ROWS as OF_ROWS,
    Trees as Trees,
    groups_of as groups_of,
    mixed_tree as mixed_tree,
)
from .edition_change_sentences import (
    INSIDE as INSIDE,
    NO_RESULT as NO_RESULT,
    cause_words as cause_words,
    change_summary as change_summary,
    record_rows as record_rows,
)
from .edition_differences import (
    ADDED as ADDED,
    CORRECTED as CORRECTED,
    EDITED as EDITED,
    REASONS as REASONS,
    RENAMED as RENAMED,
    WITHDRAWN as WITHDRAWN,
    edition_changes as edition_changes,
)
from .edition_feeds import (
    Feed as Feed,
    FeedEntry as FeedEntry,
    atom_feed as atom_feed,
    feed_id as feed_id,
    json_feed as json_feed,
)
from .edition_reading_and_hash_checks import (
    ABOUT as ABOUT,
    CHANGES as CHANGES,
    COMPRESSED_ABOVE as COMPRESSED_ABOVE,
    EDITION_ID as EDITION_ID,
    Edition as Edition,
    damaged_addresses as damaged_addresses,
    edition_order as edition_order,
    editions_folder as editions_folder,
    newest_edition as newest_edition,
    next_id as next_id,
    read_edition as read_edition,
    read_editions as read_editions,
    sound_files as sound_files,
)
from .edition_rows_and_hashes import (
    RECORD as RECORD,
    row_hash as row_hash,
    table_rows as table_rows,
)
from .edition_writing import (
    LARGEST_PLAIN as LARGEST_PLAIN,
    Published as Published,
    source_details as source_details,
    unchanged_since as unchanged_since,
    write_about as write_about,
    write_changes as write_changes,
    write_published as write_published,
)
from .evidence_packet_merkle_log import ROWS as ROWS
from .evidence_packet_writing_and_lookup import (
    packet_address as packet_address,
    packet_summary as packet_summary,
    published_packets as published_packets,
    write_packets as write_packets,
)
from .files_withheld_from_editions import (
    WITHHELD_LIST as WITHHELD_LIST,
    WithheldFile as WithheldFile,
    withheld_files as withheld_files,
    write_withheld as write_withheld,
)
from .packet_contents import packet_name as packet_name
from .packet_log_signature_and_timestamp import (
    AUTHORITY as AUTHORITY,
    SIGNATURE as SIGNATURE,
    SIGNERS as SIGNERS,
    TIME_STAMP as TIME_STAMP,
    StampFiles as StampFiles,
    allowed_signer as allowed_signer,
    check_signature as check_signature,
    signature as signature,
    stamp_files as stamp_files,
    stamped_time as stamped_time,
    time_stamp_request as time_stamp_request,
)
from .packets_referenced_from_earlier_editions import (
    LOG as LOG,
    PACKETS as PACKETS,
    needs_rows as needs_rows,
    packet_editions as packet_editions,
    packet_paths as packet_paths,
)
from .printed_chart_extraction import chart_pages as chart_pages
from .published_anchors_and_files import ANCHORS as ANCHORS, published_places as published_places
from .reproducible_zip import canonical_zip as canonical_zip
from .source_file_hashes_and_swhids import (
    SourceFile as SourceFile,
    part_ids as part_ids,
    source_files as source_files,
)
from .working_copy_edition_snapshot import copy_hash as copy_hash, present_copy as present_copy
