/**
 * What decides a training run, as records: their JSON keys, checks and defaults. May import {@code
 * optim} and the library.
 */
package io.github.gss4j.config.training;
