/**
 * Flags that several commands share, and what the environment says of the hub. May import {@code
 * terminal}.
 */
package io.github.gss4j.cli.options;
