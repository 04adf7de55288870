/**
 * Tasks of the Long Range Arena as data of a classifier. May import {@code data}, {@code trainer},
 * and the tasks in {@code study}.
 */
package io.github.gss4j.study.classifier;
