package io.github.gss4j.trainer;

import io.github.gss4j.distributed.Replication;

/** Looks at an optimizer step from within, and changes nothing. */
interface StepObserver {
  /** Looks at nothing. */
  StepObserver NONE =
      new StepObserver() {
        @Override
        public void beforeUpdate(Replication replication) {}

        @Override
        public void afterUpdate(Replication replication) {}
      };

  /** The gradients are whole, and not clipped yet. */
  void beforeUpdate(Replication replication);

  /** The weights were moved; not called where the step was skipped. */
  void afterUpdate(Replication replication);
}
