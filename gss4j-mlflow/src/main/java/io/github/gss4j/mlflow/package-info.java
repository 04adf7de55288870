/**
 * Logs runs to an MLflow server; a module of its own, for MLflow's client is large. Imports {@code
 * trainer} and {@code tracking}.
 */
package io.github.gss4j.mlflow;
