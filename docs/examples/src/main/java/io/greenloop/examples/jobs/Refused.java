package io.greenloop.examples.jobs;

/** What was asked for cannot be; the message says why. */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Refused(String reason) {
    super(reason);
  }
}
