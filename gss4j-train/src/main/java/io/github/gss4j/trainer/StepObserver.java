package io.github.gss4j.trainer;

import io.github.gss4j.layers.Parameter;
import java.util.List;

/** Looks at an optimizer step from within, and changes nothing. */
interface StepObserver {
  /** Looks at nothing. */
  StepObserver NONE =
      new StepObserver() {
        @Override
        public void beforeUpdate(List<Parameter> parameters) {}

        @Override
        public void afterUpdate(List<Parameter> parameters) {}
      };

  /** The gradients are whole, and not clipped yet. */
  void beforeUpdate(List<Parameter> parameters);

  /** The weights were moved; not called where the step was skipped. */
  void afterUpdate(List<Parameter> parameters);
}
