/**
 * Models from the Hugging Face hub: resumed, checked downloads into the hub's own cache layout, so
 * that files fetched by {@code huggingface_hub} are found here and vice versa. Knows nothing of
 * what the files hold. May import {@code files}.
 */
package io.github.gss4j.hub;
