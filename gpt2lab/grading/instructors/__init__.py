"""What instructors add and take away: points by hand, a list of the class, tables for platforms."""
