"""`python -m konstruct` is `konstruct`."""

import sys

from konstruct.cli import main

if __name__ == "__main__":
    sys.exit(main())
