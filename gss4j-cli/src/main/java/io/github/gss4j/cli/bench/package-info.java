/**
 * What the machine and each part of a model can do, as single processes. May import {@code
 * options}, {@code run} and {@code terminal}.
 */
package io.github.gss4j.cli.bench;
