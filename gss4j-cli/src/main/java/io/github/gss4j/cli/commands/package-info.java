/**
 * What makes a program of the commands of this module and of gss4j-inference. May import every
 * package of commands.
 */
package io.github.gss4j.cli.commands;
