/**
 * libtorch as an engine: what {@code io.github.gss4j.engine} asks for, on {@code model} and {@code
 * weights}.
 */
package io.github.gss4j.torch;
