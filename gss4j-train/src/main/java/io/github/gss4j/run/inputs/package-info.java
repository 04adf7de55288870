/**
 * What a run is opened from, as its configuration names it: text, tokenizer, teacher, the model
 * that it begins with. May import listeners and what they may.
 */
package io.github.gss4j.run.inputs;
