/**
 * The thread that decodes: prompts in slices of time, rows that join and leave one batch, what was
 * read once kept for the next. Knows nothing of HTTP and JSON. Imports gss4j-core alone.
 */
package io.github.gss4j.serve.decode;
