"""`python3 -m appliance.box WHAT`: the programs of root that look after a machine."""

import sys

from appliance.box.programs.of_machine import main

if __name__ == "__main__":
    sys.exit(main())
