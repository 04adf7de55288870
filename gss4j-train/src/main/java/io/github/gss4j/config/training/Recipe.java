package io.github.gss4j.config.training;

import io.github.gss4j.optim.OptimizerConfig;
import io.github.gss4j.optim.Schedule;

/**
 * How weights are updated, whatever the model.
 *
 * @param longRun of it, how many bad steps are skipped and whether weights are averaged
 */
public record Recipe(OptimizerConfig optimizer, Schedule schedule, LongRun longRun) {}
