# The network of five_pools.py in simmer: prints how many seconds it took and writes when each person left (nan: not yet).
# Rscript five_pools.R stations.csv people.csv until left.csv

library(simmer)

given <- commandArgs(trailingOnly = TRUE)
stations <- read.csv(given[1])
people <- read.csv(given[2])
ways <- strsplit(stations$ways, " ")
names(ways) <- stations$name

run_once <- function() {
  env <- simmer("five pools")

  # A stay takes its unit, gives back the one before, lasts, and goes one of its ways.
  stay <- function(name, before = NULL) {
    path <- seize(trajectory(), name)
    if (!is.null(before)) path <- release(path, before)
    path <- timeout_from_attribute(path, paste0("stay_", name))
    onward <- lapply(ways[[name]], function(way) {
      if (way == "out") release(trajectory(), name) else stay(way, name)
    })
    key <- paste0("way_", name)
    do.call(branch, c(list(path, function() get_attribute(env, key), continue = FALSE), onward))
  }

  for (i in seq_len(nrow(stations))) add_resource(env, stations$name[i], stations$units[i])
  add_dataframe(
    env, "person", stay(stations$name[1]), people,
    mon = 1, time = "absolute", col_attributes = setdiff(names(people), "time")
  )
  run(env, as.numeric(given[3]))
  list(records = get_mon_arrivals(env, per_resource = TRUE), persons = get_mon_arrivals(env))
}

begun <- proc.time()[["elapsed"]]
found <- run_once()
cat(proc.time()[["elapsed"]] - begun, "\n")

persons <- found$persons[found$persons$finished, ]
left <- rep(NaN, nrow(people))
left[as.integer(sub("person", "", persons$name)) + 1] <- persons$end_time
write.table(format(left, digits = 17), given[4], row.names = FALSE, col.names = FALSE, quote = FALSE)
