package io.github.gss4j.study.pathfinder;

import io.github.gss4j.batches.LabelledSequences;

/**
 * Images as a classifier reads them: lines of pixels of 256 grey values, each of one of two
 * classes.
 */
interface GreyPixels extends LabelledSequences {
  @Override
  default int numClasses() {
    return 2;
  }

  @Override
  default int numTokens() {
    return 256;
  }
}
