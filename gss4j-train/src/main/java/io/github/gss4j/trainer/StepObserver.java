package io.github.gss4j.trainer;

import io.github.gss4j.distributed.ShardingStrategy;

/** Looks at an optimizer step from within, and changes nothing. */
public interface StepObserver {
  /** Looks at nothing. */
  StepObserver NONE =
      new StepObserver() {
        @Override
        public void beforeUpdate(ShardingStrategy sharding) {}

        @Override
        public void afterUpdate(ShardingStrategy sharding) {}
      };

  /** The gradients are whole, and not clipped yet. */
  void beforeUpdate(ShardingStrategy sharding);

  /** The weights were updated; not called where the step was skipped. */
  void afterUpdate(ShardingStrategy sharding);
}
