/**
 * What is in a model: sizes, time constants, plots of kernels. May import {@code options} and
 * {@code terminal}.
 */
package io.github.gss4j.cli.inspect;
