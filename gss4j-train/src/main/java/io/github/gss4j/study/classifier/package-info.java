/**
 * Classifiers of the Long Range Arena: their data, a run of training, how often they are right. May
 * import the library, {@code data}, {@code trainer}, and the tasks in {@code study}.
 */
package io.github.gss4j.study.classifier;
