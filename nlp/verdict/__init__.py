"""What one document says happened to an outcome's value, for any intervention, comparator and outcome that are asked for."""
