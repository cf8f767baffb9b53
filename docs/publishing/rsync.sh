#!/usr/bin/env bash
# Builds the book from the lock, tests it, and copies the site to a web server or a folder:
#   docs/publishing/rsync.sh me@host:/srv/www/book
#   NOT_BEFORE=2027-03-01 docs/publishing/rsync.sh me@host:/srv/www/book   holds it back until then
# A build or a test that fails publishes nothing. Pages that the new site lacks stay on the server,
# because addresses that were published are cited; remove them there by hand if you must.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [ "$#" -ne 1 ] || [ -z "$1" ]; then
  echo "usage: docs/publishing/rsync.sh TARGET (such as me@host:/srv/www/book)" >&2
  exit 2
fi
if [ -n "${NOT_BEFORE:-}" ]; then
  if ! [[ $NOT_BEFORE =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]]; then
    echo "NOT_BEFORE: found '$NOT_BEFORE'; write a day as YYYY-MM-DD" >&2
    exit 2
  fi
  if [[ "$(date -u +%F)" < $NOT_BEFORE ]]; then
    echo "held back until $NOT_BEFORE; nothing was published" >&2
    exit 3
  fi
fi

make test
# files first beside their places, then renamed, so that a reader never meets half a page
rsync --archive --delay-updates --checksum --no-times book/_build/html/ "${1%/}/"
echo "published to $1"
