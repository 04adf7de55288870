/** The loss of a model over held-out text. May import {@code data} and the library. */
package io.github.gss4j.evaluation;
