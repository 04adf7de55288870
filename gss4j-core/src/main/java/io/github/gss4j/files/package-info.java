/** Files and the locks that processes keep each other out with; imports nothing of ours. */
package io.github.gss4j.files;
