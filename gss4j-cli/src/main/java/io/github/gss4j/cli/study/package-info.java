/**
 * Studies, probes, and the tasks Pathfinder and ListOps. May import {@code options}, {@code run}
 * and {@code terminal}.
 */
package io.github.gss4j.cli.study;
