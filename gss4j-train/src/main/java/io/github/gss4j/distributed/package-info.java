/**
 * Training on more than one process: process groups on c10d, and how parameters, gradients and
 * optimizer state are distributed over their ranks. May import {@code layers} and {@code ops}.
 */
package io.github.gss4j.distributed;
