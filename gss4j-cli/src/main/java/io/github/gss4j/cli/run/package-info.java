/**
 * What runs are opened with: the flags of a training, texts, threads. May import {@code options}
 * and {@code terminal}.
 */
package io.github.gss4j.cli.run;
