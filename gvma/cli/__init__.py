"""The command line. Whoever imports it is a process that runs one command, and this is the first that it does."""

import atexit
import gc

# Objects made before Python looks for garbage. Its own 700 costs a tenth of a short command, whose imports make many
# objects and no garbage, and to look at all settings of a large pjsip.conf costs a check a twentieth. A server,
# which goes on for months, sets its own.
gc.set_threshold(2_000_000)
# A process that ends need not look once more.
atexit.register(gc.freeze)
