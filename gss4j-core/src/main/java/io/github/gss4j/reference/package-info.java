/**
 * The layers as their papers write them: plain arrays, a loop over tokens, no FFT and no state.
 * Start reading here. Each engine's fast form is tested against these. Imports config alone.
 */
package io.github.gss4j.reference;
