"""Where a student's code runs: the sandbox, the kernel in it, and what comes out of it as plain values.
Nothing here is trusted outside.
"""
