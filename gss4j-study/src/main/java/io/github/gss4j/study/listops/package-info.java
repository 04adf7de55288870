/**
 * ListOps, a task of the Long Range Arena: the value of a nested list of operations on digits.
 * Writes it by its published grammar, and reads it. May import {@code data}.
 */
package io.github.gss4j.study.listops;
