/**
 * Commands that train: demo, train, prepare, classify. May import {@code options}, {@code run} and
 * {@code terminal}.
 */
package io.github.gss4j.cli.train;
