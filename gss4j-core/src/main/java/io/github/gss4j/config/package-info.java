/**
 * Sizes and options of models as immutable records, and their form in {@code config.json}: which
 * layers, of which kind, with which parameters. Imports nothing of gss4j.
 */
package io.github.gss4j.config;
