/**
 * Sizes and options of models as immutable records, and their form in {@code config.json}: which
 * layers, of which kind, with which parameters. May import {@code files}.
 */
package io.github.gss4j.config;
