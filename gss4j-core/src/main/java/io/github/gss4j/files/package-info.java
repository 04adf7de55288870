/** Files, and locks between processes. Imports nothing else of gss4j. */
package io.github.gss4j.files;
