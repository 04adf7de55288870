/**
 * Models in process behind LangChain4j's interfaces. The model stays the caller's; threads share
 * it. Imports gss4j-core alone.
 */
package io.github.gss4j.langchain4j;
