/**
 * JMH benchmarks of single operations, at the sizes of one GSS layer of the published defaults.
 * Nothing imports them; they may import everything but the command line.
 */
package io.github.gss4j.bench;
