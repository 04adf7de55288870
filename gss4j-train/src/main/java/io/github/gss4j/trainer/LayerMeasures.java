package io.github.gss4j.trainer;

import io.github.gss4j.tracking.Histogram;
import java.util.Map;

/**
 * What one step was like, layer by layer, first layer first.
 *
 * @param gradNorms ‖g‖ before clipping
 * @param updateRatios ‖Δθ‖ / ‖θ‖, how far the step updated the weights; empty where it was skipped
 * @param gradients how they spread; empty where no listener wants it
 * @param weights likewise, after the step
 */
public record LayerMeasures(
    Map<String, Double> gradNorms,
    Map<String, Double> updateRatios,
    Map<String, Histogram> gradients,
    Map<String, Histogram> weights) {}
