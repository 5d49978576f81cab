package io.greenloop.testing.network;

/** Sends a packet until it gets through, as the stacks of both sides do. */
final class Transmission {
  private static final long FIRST_WAIT_NANOS = 200_000_000;
  private static final long LONGEST_WAIT_NANOS = 60_000_000_000L;

  private final SimulatedNetwork network;
  private final SimulatedHost from;
  private final SimulatedHost to;
  private final int attempts;
  private final Runnable arrival;
  private final Runnable givenUp;
  private int attempt;

  private Transmission(
      SimulatedNetwork network,
      SimulatedHost from,
      SimulatedHost to,
      int attempts,
      Runnable arrival,
      Runnable givenUp) {
    this.network = network;
    this.from = from;
    this.to = to;
    this.attempts = attempts;
    this.arrival = arrival;
    this.givenUp = givenUp;
  }

  /**
   * Sends again and again, after 0.2, 0.4, 0.8 … seconds, at most a minute.
   *
   * @param attempts how often; then {@code givenUp} is run instead of {@code arrival}
   */
  static void reliable(
      SimulatedNetwork network,
      SimulatedHost from,
      SimulatedHost to,
      int attempts,
      Runnable arrival,
      Runnable givenUp) {
    new Transmission(network, from, to, attempts, arrival, givenUp).send();
  }

  /** Sends once, for good or ill. */
  static void once(
      SimulatedNetwork network, SimulatedHost from, SimulatedHost to, Runnable arrival) {
    new Transmission(network, from, to, 1, arrival, () -> {}).send();
  }

  private void send() {
    Link link = network.link(from, to);
    if (!from.isUnplugged() && !to.isUnplugged() && !link.loses()) {
      network.after(link.delayNanos(), arrival);
    } else if (++attempt >= attempts) {
      givenUp.run();
    } else {
      long wait = Math.min(FIRST_WAIT_NANOS << Math.min(attempt - 1, 20), LONGEST_WAIT_NANOS);
      network.after(wait, this::send);
    }
  }
}
