/** The API over HTTP. May import {@code api} and {@code decode}. */
package io.github.gss4j.serve.http;
