"""What is written down for instructors and students: gradebook, feedback, the summary of a class."""
