from .code_content_keys import (
    KnownMeanings as KnownMeanings,
    key_of_docstrings as key_of_docstrings,
    key_of_modules as key_of_modules,
    loaded_modules as loaded_modules,
    modules_imported_by as modules_imported_by,
    package_modules as package_modules,
)
from .data_dictionaries_and_vocabularies import (
    REFERENCES as REFERENCES,
    SUFFIX as SUFFIX,
    VOCABULARY as VOCABULARY,
    VOCABULARY_COLUMNS as VOCABULARY_COLUMNS,
    Column as Column,
    columns as columns,
    dictionary_path as dictionary_path,
    observation_tables as observation_tables,
    table_names as table_names,
    tables_without_dictionary as tables_without_dictionary,
    vocabulary_faults as vocabulary_faults,
    words as words,
)
from .errors_and_fault_lists import (
    AcquisitionError as AcquisitionError,
    DataError as DataError,
    Fault as Fault,
    IntegrityError as IntegrityError,
    file_fault as file_fault,
    line_runs as line_runs,
    refuse as refuse,
)
from .evidence_line_schema import check_line as check_line
from .hidden_and_backup_files import (
    COPY as COPY,
    is_leftover as is_leftover,
    original_of as original_of,
    visible_paths as visible_paths,
)
from .log_of_data_read import (
    CITED_ROWS_MARK as CITED_ROWS_MARK,
    LATEST_DAYS_MARK as LATEST_DAYS_MARK,
    READ_LOG as READ_LOG,
)
from .log_of_opened_files import (
    counted_reads as counted_reads,
    log_imported_files as log_imported_files,
    log_opened_files as log_opened_files,
    name_in_log as name_in_log,
)
from .look_alike_characters import (
    look_alike_words as look_alike_words,
    plain_spelling as plain_spelling,
)
from .number_and_date_words import (
    chance_text as chance_text,
    day as day,
    filled as filled,
    in_prose as in_prose,
    interval as interval,
    is_day as is_day,
    listed as listed,
    number as number,
    percent_text as percent_text,
    rounded_outwards as rounded_outwards,
    slug_of as slug_of,
    when as when,
    when_stated as when_stated,
    with_preposition as with_preposition,
    with_unit as with_unit,
)
from .parallel_work_in_forked_processes import side_by_side as side_by_side
from .plain_words_for_values import (
    kind_words as kind_words,
    shortened as shortened,
    written as written,
)
from .project_root_lookup import (
    REGISTRY as REGISTRY,
    data_folder as data_folder,
    project_root as project_root,
)
from .source_printed_quantity import (
    A_TENTH as A_TENTH,
    COUNTED_BY as COUNTED_BY,
    COUNTING_ERROR as COUNTING_ERROR,
    DERIVED_SUM as DERIVED_SUM,
    MADE_AS_SUM as MADE_AS_SUM,
    ODD as ODD,
    Quantity as Quantity,
    limits as limits,
    quantity_of as quantity_of,
    quantity_text as quantity_text,
    reading_of as reading_of,
    rounding_interval as rounding_interval,
)
from .table_reader import (
    header_of as header_of,
    plain_rows as plain_rows,
    read_cells as read_cells,
    read_table as read_table,
    scan as scan,
)
from .text_csv_toml_json_reader import (
    BRACE as BRACE,
    CURLY_QUOTES as CURLY_QUOTES,
    INVISIBLE as INVISIBLE,
    LFS_POINTER as LFS_POINTER,
    MERGE_CONFLICT as MERGE_CONFLICT,
    csv_text as csv_text,
    decoded as decoded,
    file_bytes as file_bytes,
    files_at_once as files_at_once,
    no_repeated_key as no_repeated_key,
    read_json as read_json,
    read_text as read_text,
    read_toml as read_toml,
    scan_json as scan_json,
    scan_text as scan_text,
)
from .unit_table import unit_of as unit_of
