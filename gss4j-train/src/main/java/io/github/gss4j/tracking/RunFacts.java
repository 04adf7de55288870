package io.github.gss4j.tracking;

import java.time.Duration;

/**
 * What a report says of a run as a whole.
 *
 * @param name of the run or its model, the page's title
 * @param parameters how many numbers the model learns
 * @param tokens trained on so far
 * @param time spent on training so far, earlier parts of a resumed run included
 */
public record RunFacts(String name, long parameters, long tokens, Duration time) {}
