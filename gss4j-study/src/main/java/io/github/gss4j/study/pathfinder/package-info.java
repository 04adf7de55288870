/**
 * Pathfinder, a task of the Long Range Arena: whether two marked points of an image lie on one
 * contour. Draws its images, and reads them and the released ones. May import {@code data}.
 */
package io.github.gss4j.study.pathfinder;
