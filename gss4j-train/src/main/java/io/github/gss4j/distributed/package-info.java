/**
 * Training on more than one process: process groups on c10d, and how parameters, gradients and
 * optimizer state lie among their ranks. Imports the library alone.
 */
package io.github.gss4j.distributed;
