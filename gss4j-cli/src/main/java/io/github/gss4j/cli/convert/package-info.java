/**
 * Commands that fetch, convert and make up checkpoints. May import {@code inspect}, {@code options}
 * and {@code terminal}.
 */
package io.github.gss4j.cli.convert;
