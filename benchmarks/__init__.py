"""What is measured, against whom, and how to run it again. Linear algebra runs on one core here, as what it stands beside does."""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
