/**
 * Training on a Spark cluster: one barrier stage whose tasks each look after one rank, a process of
 * {@code gss train}. Imports {@code distributed}, {@code tracking} and {@code trainer}.
 */
package io.github.gss4j.spark;
