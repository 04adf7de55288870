/**
 * Documents in Parquet files. Found by {@code data.documents} when it is on the class path; imports
 * nothing else of gss4j.
 */
package io.github.gss4j.parquet;
