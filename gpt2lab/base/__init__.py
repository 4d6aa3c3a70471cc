"""What every room needs: arguments that are checked, files written whole, progress, wording, jobs on any
executor, pages and captions.

Uses nothing but ``errors``.
"""
