/** The program {@code gss}: the parser above all commands. May import every package below it. */
package io.github.gss4j.cli;
