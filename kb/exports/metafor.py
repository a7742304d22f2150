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
results <- NULL; failed <- character(0)
# REML is found by steps. They stop where they are small beside the sampling variances, so that six digits hold on every scale; where they run to and fro, they are
# halved, and only then is a looser stop taken.
pooled <- function(d, one) {{
  if (one) return(rma(yi, vi, data = d, slab = make.unique(as.character(d$study)), method = "FE", test = "z", level = level))
  if (method != "REML") return(rma(yi, vi, data = d, slab = make.unique(as.character(d$study)), method = method, test = test, level = level))
  for (threshold in c(1e-10, 1e-9, 1e-8)) for (step in c(1, 0.5, 0.25, 0.1)) {{
    control <- list(threshold = threshold * min(1, mean(d$vi)), stepadj = step, maxiter = 10000)
    fit <- tryCatch(rma(yi, vi, data = d, slab = make.unique(as.character(d$study)), method = method, test = test, level = level, control = control), error = function(e) e)
    if (!inherits(fit, "error")) return(fit)
  }}
  fit
}}
for (file in sort(list.files(pattern = "^pool_.*[.]csv$"))) {{
  rows <- read.csv(file, encoding = "UTF-8", stringsAsFactors = FALSE, na.strings = "")
  rows <- rows[!is.na(rows$pool_set), ]
  for (set in unique(rows$pool_set)) {{
    d <- rows[rows$pool_set == set, ]
    one <- nrow(d) == 1
    fit <- tryCatch(pooled(d, one), error = function(e) e)
    if (inherits(fit, "error")) {{ failed <- c(failed, paste0(file, ", ", set, ": ", conditionMessage(fit))); next }}
    cat("\\n", file, ": ", set, "\\n", sep = ""); print(fit)
    if (!one) {{ cat("Without each study in turn:\\n"); print(tryCatch(leave1out(fit), error = conditionMessage)) }}
    results <- rbind(results, data.frame(file = file, pool_set = set, scale = d$scale[1], k = fit$k, estimate = fit$beta[1], sei = fit$se, ci_lb = fit$ci.lb,
                                         ci_ub = fit$ci.ub, tau2 = fit$tau2, i2 = fit$I2, q = fit$QE))
  }}
}}
if (length(failed)) cat("Not pooled:", failed, sep = "\\n", file = stderr())
if (is.null(results)) {{ if (!length(failed)) cat("No row of these files can be pooled; the column refused says why.\\n"); quit(status = 1) }}
for (column in c("estimate", "sei", "ci_lb", "ci_ub", "tau2", "i2", "q")) results[[column]] <- sprintf("%.15g", results[[column]])
write.csv(results, "results_metafor.csv", row.names = FALSE, quote = FALSE)
quit(status = as.integer(length(failed) > 0))
"""


def export(p: Package) -> dict[str, bytes]:
    """Data and `run_metafor.R`."""
    method, test = _ARGUMENTS[p.choice.model]
    script = _SCRIPT.format(method=method, test=test, level=f"{p.choice.level:g}")
    return table.export(p) | {"run_metafor.R": script.encode()}
