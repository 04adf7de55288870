/** A model that comes along. Imports {@code files} alone. */
package io.github.gss4j.sample;
