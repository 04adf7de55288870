/**
 * Commands that train: demo, train, prepare, classify. May import {@code options} and {@code
 * terminal}.
 */
package io.github.gss4j.cli.train;
