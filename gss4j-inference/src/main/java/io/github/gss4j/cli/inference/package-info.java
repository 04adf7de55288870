/**
 * Commands that fetch and run a model: pull, generate, serve. May import {@code options} and {@code
 * terminal}.
 */
package io.github.gss4j.cli.inference;
