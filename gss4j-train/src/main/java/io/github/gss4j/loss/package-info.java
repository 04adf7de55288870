/**
 * Objectives: what a language model is trained on, and the teachers that some of them need. Stands
 * below {@code trainer}; may import the library alone.
 */
package io.github.gss4j.loss;
