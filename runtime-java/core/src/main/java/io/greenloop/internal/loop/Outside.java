package io.greenloop.internal.loop;

/** What a loop knows of the world outside that may still wake it. Loop room. */
final class Outside {
  private final Poller poller;

  /** Strands parked in foreign code. */
  int foreignParked;

  /** Jobs that will post their end. */
  int jobs;

  Outside(Poller poller) {
    this.poller = poller;
  }

  /** Whether nobody out there is known to act. */
  boolean isQuiet() {
    return foreignParked == 0 && jobs == 0 && !poller.mayHear();
  }

  @Override
  public String toString() {
    return foreignParked
        + " parked in foreign code, "
        + jobs
        + " jobs outside, "
        + poller.interests()
        + " I/O interests";
  }
}
