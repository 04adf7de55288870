/**
 * An engine in pure Java: reads models, decodes and keeps states without any native library. Only
 * {@code JavaEngine} is for others; it is found by {@code ServiceLoader}.
 *
 * <p>Weights lie in panels ({@code Matrix}), a pass takes some tokens of some sequences through all
 * layers ({@code ForwardPass}), its threads meet at barriers ({@code Team}), and the loops that
 * take the time are {@code Kernels}: in the Vector API, or plain.
 */
package io.github.gss4j.java;
