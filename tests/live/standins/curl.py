"""As much of curl as the printed commands use."""

import sys
from urllib.parse import urlsplit

options, address = sys.argv[1:-1], urlsplit(sys.argv[-1])
sys.exit(0 if options == ["-sS"] and address.scheme == "https" and address.netloc else 2)
