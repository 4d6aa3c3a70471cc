"""What was handed in, in any layout of a learning platform and in any state: whose it is, and the cells that
can be read of it.
"""
