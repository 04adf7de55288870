/** The command line: one class a command, each an adapter over the library. May import all. */
package io.github.gss4j.cli;
