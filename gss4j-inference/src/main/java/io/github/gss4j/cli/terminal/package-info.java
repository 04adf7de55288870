/**
 * What every command shares with the terminal: exit codes, Ctrl-C, UTF-8, progress, JSON. May
 * import the library, and no other package of the command line.
 */
package io.github.gss4j.cli.terminal;
