package io.greenloop;

/** A body around the user's, which is the one that reports name. */
interface BodyWrapper {
  /** The body inside, which may be a wrapper too. */
  Object inner();
}
