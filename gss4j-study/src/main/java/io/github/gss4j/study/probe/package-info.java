/**
 * Small tasks that show what a mixer can remember: copying, induction, recall. Language models are
 * trained on them by their own trainer. May import the library, {@code trainer} and {@code study}.
 */
package io.github.gss4j.study.probe;
