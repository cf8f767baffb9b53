from .allowed_addresses import (
    ANY_ADDRESS as ANY_ADDRESS,
    AddressRules as AddressRules,
    ForbiddenAddressError as ForbiddenAddressError,
    origin_of as origin_of,
)
from .guarded_http import (
    REDIRECTS as REDIRECTS,
    answer_of as answer_of,
    connection_fault as connection_fault,
    unfollowed_answer as unfollowed_answer,
)
from .untrusted_text_and_secret_redaction import (
    MAX_CELL as MAX_CELL,
    MAX_VALUE as MAX_VALUE,
    escaped as escaped,
    one_line as one_line,
    redacted_message as redacted_message,
    shown as shown,
    url_without_query as url_without_query,
    without_secrets as without_secrets,
)
