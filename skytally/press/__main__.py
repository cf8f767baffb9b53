"""``python -m skytally.press``: the command ``make book``."""

import sys

from skytally.press.build_command import main

if __name__ == "__main__":
    sys.exit(main())
