/** Ranks of one machine, each a process of this program. May import {@code terminal}. */
package io.github.gss4j.cli.launch;
