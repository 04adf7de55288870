/**
 * Models from the Hugging Face hub: resumed, checked downloads into the hub's own cache layout, so
 * that files fetched by {@code huggingface_hub} are found here and the other way round. May import
 * {@code checkpoint} only; knows nothing of what the files hold.
 */
package io.github.gss4j.hub;
