# Writes datasets.csv, pooled.csv, left_out.csv and subgroups.csv: what metafor says of 30 data sets. Run in this folder: Rscript pin.R [FOLDER]
# kb/conversions.py and kb/pooling.py are tested against these files, without R. Made with R 4.2.2 and metafor 3.8-1 (Debian 12).
suppressMessages({library(metafor); library(metadat)})
out <- commandArgs(trailingOnly = TRUE); out <- if (length(out)) out[1] else "."
set.seed(20260801, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

counts <- function(a, n1, c, n2) data.frame(ai = a, n1i = n1, ci = c, n2i = n2)
arms <- function(m1, s1, n1, m2, s2, n2) data.frame(m1i = m1, sd1i = s1, n1i = n1, m2i = m2, sd2i = s2, n2i = n2)
made <- function(k, mu, tau, v = runif(k, .02, .3)) data.frame(yi = rnorm(k, rnorm(k, mu, tau), sqrt(v)), vi = v)
trials <- function(k, p, odds, n = 20:200) {
  n1 <- sample(n, k, TRUE); n2 <- sample(n, k, TRUE); q <- plogis(qlogis(p) + log(odds) + rnorm(k, 0, .3))
  counts(rbinom(k, n1, q), n1, rbinom(k, n2, p), n2)
}
scores <- function(k, d, tau, n = 8:80) {
  n1 <- sample(n, k, TRUE); n2 <- sample(n, k, TRUE)
  arms(round(rnorm(k, 10 + rnorm(k, d, tau), 1), 2), round(runif(k, 2, 5), 2), n1, round(rnorm(k, 10, 1), 2), round(runif(k, 2, 5), 2), n2)
}
bcg <- with(dat.bcg, counts(tpos, tpos + tneg, cpos, cpos + cneg))           # Colditz et al., JAMA 1994;271:698
stay <- with(dat.normand1999, arms(m1i, sd1i, n1i, m2i, sd2i, n2i))          # Normand, Stat Med 1999;18:321
zeros <- counts(c(0, 3, 0, 5, 12, 1), c(25, 40, 31, 60, 44, 20), c(4, 0, 2, 9, 44, 6), c(25, 38, 30, 61, 44, 22))

sets <- list(
  bcg_rr = list("RR", bcg), bcg_or = list("OR", bcg), bcg_rd = list("RD", bcg), stay_md = list("MD", stay), stay_smd = list("SMD", stay),
  zeros_rr = list("RR", zeros), zeros_or = list("OR", zeros), zeros_rd = list("RD", zeros),
  double_zeros_rr = list("RR", counts(c(0, 2, 0, 7), c(20, 30, 15, 50), c(0, 5, 3, 9), c(22, 30, 15, 49))),
  rare_or = list("OR", trials(20, .02, 1.5)), common_rr = list("RR", trials(15, .5, .6)), small_smd = list("SMD", scores(8, -1, .5, 4:12)),
  wide_md = list("MD", scores(15, 1, 4)),
  one_or = list("OR", counts(8, 40, 15, 41)), one_md = list("MD", arms(1.5, 2, 30, 2.5, 2.2, 31)),
  two_alike = list("GEN", data.frame(yi = c(.1, .1), vi = c(.2, .3))), two_near = list("GEN", data.frame(yi = c(.1, .3), vi = c(.2, .3))),
  two_opposed = list("GEN", data.frame(yi = c(1, -1), vi = c(.1, .2))),
  three_homogeneous = list("GEN", data.frame(yi = c(-.6, -.5, -.45), vi = c(.12, .1, .18))),
  five_identical = list("GEN", data.frame(yi = rep(.7, 5), vi = c(.1, .2, .3, .4, .5))),
  homogeneous = list("GEN", made(12, .4, 0)), equal_variances = list("GEN", made(6, 0, .5, rep(.1, 6))),
  extreme_heterogeneity = list("GEN", made(10, 0, 50)), extreme_variances = list("GEN", made(8, 1, .3, 10^seq(-4, 2, length.out = 8))),
  tiny_scale = list("GEN", data.frame(yi = c(1, 3, 2, 6, 4) * 1e-6, vi = c(1, 2, 1, 2, 1) * 1e-12)),
  huge_scale = list("GEN", data.frame(yi = c(1, 3, 2, 6, 4) * 1e6, vi = c(1, 2, 1, 2, 1) * 1e12)),
  outlier = list("GEN", rbind(made(9, .2, .1), data.frame(yi = 12, vi = .05))),
  dominated = list("GEN", rbind(made(6, .2, .4), data.frame(yi = .9, vi = 1e-5))),
  hundred = list("GEN", made(100, .3, .4)), two_hundred = list("GEN", made(200, -.2, .1))
)
stopifnot(length(sets) == 30)
columns <- c("ai", "n1i", "ci", "n2i", "m1i", "sd1i", "m2i", "sd2i", "yi", "vi")
number <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))

# Fisher scoring stops at 1e-5 by default, which is too coarse for six digits. It is stopped here where tau2 moves by less than 1e-14 of the largest variance.
fitted <- function(d, method, test) {
  scale <- max(d$vi, if (nrow(d) > 1) var(d$yi))
  d$yi <- d$yi / sqrt(scale); d$vi <- d$vi / scale
  r <- suppressWarnings(rma(yi, vi, data = d, method = method, test = test, control = list(threshold = 1e-14, maxiter = 10000, tau2.max = 1e12)))
  p <- predict(r); u <- sqrt(scale)
  pi <- if (is.null(p$pi.lb)) c(NA, NA) else c(p$pi.lb, p$pi.ub)
  c(k = r$k, estimate = r$beta[1] * u, se = r$se * u, ci_lb = r$ci.lb * u, ci_ub = r$ci.ub * u, pi_lb = pi[1] * u, pi_ub = pi[2] * u,
    tau2 = r$tau2 * scale, i2 = r$I2, h2 = r$H2, q = r$QE, q_p = r$QEp, statistic = r$zval, p = r$pval)
}
models <- list(FE = c("FE", "z"), DL = c("DL", "z"), REML = c("REML", "z"), HKSJ = c("REML", "knha"), `HKSJ-adhoc` = c("REML", "adhoc"))

data <- pooled <- left <- NULL
for (name in names(sets)) {
  measure <- sets[[name]][[1]]; d <- sets[[name]][[2]]
  if (measure %in% c("RR", "OR", "RD")) d <- escalc(measure, ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d, drop00 = measure != "RD")
  if (measure %in% c("MD", "SMD")) d <- escalc(measure, m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = d)
  d <- data.frame(d); d[setdiff(columns, names(d))] <- NA
  data <- rbind(data, cbind(data.frame(dataset = name, measure = measure), as.data.frame(lapply(d[columns], number))))
  d <- d[!is.na(d$yi), ]
  for (model in names(models)) {
    m <- models[[model]]
    if (nrow(d) == 1 && model %in% c("HKSJ", "HKSJ-adhoc")) next
    pooled <- rbind(pooled, data.frame(dataset = name, model = model, t(number(fitted(d, m[1], m[2])))))
    if (nrow(d) > 2 && nrow(d) <= 30) for (i in seq_len(nrow(d))) {
      f <- fitted(d[-i, ], m[1], m[2])
      left <- rbind(left, data.frame(dataset = name, model = model, without = i, t(number(f[c("estimate", "ci_lb", "ci_ub", "tau2", "q")]))))
    }
  }
}
# Subgroups in Cochrane's manner: each pooled by itself, then a fixed-effect test of their estimates.
by <- rep(c("a", "b", "c"), length.out = nrow(dat.bcg))
d <- data.frame(escalc("RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = bcg))
each <- t(sapply(c("a", "b", "c"), function(g) fitted(d[by == g, ], "REML", "z")))
r <- rma(each[, "estimate"], sei = each[, "se"], method = "FE")
write.csv(data, file.path(out, "datasets.csv"), row.names = FALSE, quote = FALSE)
write.csv(pooled, file.path(out, "pooled.csv"), row.names = FALSE, quote = FALSE)
write.csv(left, file.path(out, "left_out.csv"), row.names = FALSE, quote = FALSE)
write.csv(data.frame(dataset = "bcg_rr", q = number(r$QE), df = 2, p = number(r$QEp)), file.path(out, "subgroups.csv"), row.names = FALSE, quote = FALSE)
