from .archive_run import (
    ArchiveProgress as ArchiveProgress,
    ArchiveReport as ArchiveReport,
    archive_pages as archive_pages,
)
from .archived_page_and_number_phrases import (
    Archive as Archive,
    is_kept as is_kept,
    known_archive as known_archive,
    numbers_now as numbers_now,
    states_now as states_now,
)
from .cited_addresses_and_numbers import (
    CitedAddress as CitedAddress,
    cited_addresses as cited_addresses,
)
from .correction_proposals_from_archive import (
    PROPOSALS as PROPOSALS,
    CorrectionProposal as CorrectionProposal,
    correction_proposals as correction_proposals,
    proposals_csv as proposals_csv,
)
from .number_parsing import NumberWords as NumberWords, printed_numbers as printed_numbers
from .polite_fetch import ArchiveSettings as ArchiveSettings
from .table_rows_from_one_visit import read_words as read_words
from .visit_and_cited_number_tables import (
    ARCHIVE_FILES as ARCHIVE_FILES,
    COPIES as COPIES,
    OWN_TABLES as OWN_TABLES,
    ArchiveRows as ArchiveRows,
    archive_faults as archive_faults,
    read_archive as read_archive,
)
from .warc_files import read_copy as read_copy
