"""What tells rows of one sentence apart: the time that a result is of, and the arms' numbers where no one estimate is printed."""

SQL = """
ALTER TABLE review ADD COLUMN timepoint_days REAL;
ALTER TABLE review ADD COLUMN numbers TEXT;
"""
