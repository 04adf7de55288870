/**
 * The API's JSON: requests to what the decode thread takes, its results to responses. Knows nothing
 * of HTTP. May import {@code decode}.
 */
package io.github.gss4j.serve.api;
