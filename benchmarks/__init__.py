"""Measurements: ours and a reference in one run, in turns, as medians and a ratio.

    make bench                                  all of them
    make bench ARGS="--quick"                   all of them, few repeats
    make bench ARGS="--only encoder,startup"    some; what is known of the others stays in the file

Nothing here asserts a time. The process that measures stays small and imports nothing heavy, because a child's peak
memory begins with its parent's; what is measured runs in children (worker.py) or is a whole process (children.py).
"""
