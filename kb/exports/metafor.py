"""The rows and a script for R's metafor that pools them as `counterclaim pool` does."""

from __future__ import annotations

from kb.exports import table
from kb.exports.package import Package
from kb.pooling import Model

#: `rma()`'s method and test of each model.
_ARGUMENTS = {
    Model.FE: ("FE", "z"), Model.DL: ("DL", "z"), Model.REML: ("REML", "z"), Model.HKSJ: ("REML", "knha"), Model.HKSJ_ADHOC: ("REML", "adhoc"),
}  # fmt: skip

_SCRIPT = """\
# Pools every set of the files pool_*.csv in this folder, and writes results_metafor.csv. Run it here: Rscript run_metafor.R
# yi and vi are on the scale that the column scale names; a row without pool_set says in its column refused why it is not pooled.
suppressPackageStartupMessages(library(metafor))
method <- "{method}"; test <- "{test}"; level <- {level}
results <- NULL
for (file in sort(list.files(pattern = "^pool_.*[.]csv$"))) {{
  rows <- read.csv(file, encoding = "UTF-8", stringsAsFactors = FALSE, na.strings = "")
  rows <- rows[!is.na(rows$pool_set), ]
  for (set in unique(rows$pool_set)) {{
    d <- rows[rows$pool_set == set, ]
    one <- nrow(d) == 1
    # The iteration stops at steps small beside the sampling variances, so that six digits hold on every scale.
    control <- list(threshold = 1e-10 * min(1, mean(d$vi)), maxiter = 10000)
    fit <- rma(yi, vi, data = d, slab = make.unique(d$study), method = if (one) "FE" else method, test = if (one) "z" else test, level = level,
               control = if (method == "REML" && !one) control else list())
    cat("\\n", file, ": ", set, "\\n", sep = ""); print(fit)
    if (!one) {{ cat("Without each study in turn:\\n"); print(leave1out(fit)) }}
    results <- rbind(results, data.frame(file = file, pool_set = set, scale = d$scale[1], k = fit$k, estimate = fit$beta[1], sei = fit$se, ci_lb = fit$ci.lb,
                                         ci_ub = fit$ci.ub, tau2 = fit$tau2, i2 = fit$I2, q = fit$QE))
  }}
}}
if (is.null(results)) {{ cat("No row of these files can be pooled; the column refused says why.\\n"); quit(status = 1) }}
for (column in c("estimate", "sei", "ci_lb", "ci_ub", "tau2", "i2", "q")) results[[column]] <- sprintf("%.15g", results[[column]])
write.csv(results, "results_metafor.csv", row.names = FALSE, quote = FALSE)
"""


def export(p: Package) -> dict[str, bytes]:
    """Data and `run_metafor.R`."""
    method, test = _ARGUMENTS[p.choice.model]
    script = _SCRIPT.format(method=method, test=test, level=f"{p.choice.level:g}")
    return table.export(p) | {"run_metafor.R": script.encode()}
