/**
 * Commands that run a model: generate, eval, serve. May import {@code options} and {@code
 * terminal}.
 */
package io.github.gss4j.cli.inference;
