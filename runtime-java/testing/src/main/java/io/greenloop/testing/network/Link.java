package io.greenloop.testing.network;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * What lies between two hosts, in both directions. A new one takes 1 ms and loses nothing.
 *
 * <p><b>Room:</b> the thread of the test, or a task of one of the loops.
 */
public final class Link {
  private final SplittableRandom random;
  private long latencyNanos;
  private long jitterNanos;
  private double loss;
  private boolean cut;

  Link(SplittableRandom random, long latencyNanos) {
    this.random = random;
    this.latencyNanos = latencyNanos;
  }

  /**
   * How long a packet takes.
   *
   * @throws IllegalArgumentException if negative
   */
  public Link latency(Duration time) {
    latencyNanos = notNegative("latency", time);
    return this;
  }

  /**
   * How much longer it may take, at random: packets overtake each other. A stream still delivers
   * its bytes in order.
   *
   * @throws IllegalArgumentException if negative
   */
  public Link jitter(Duration most) {
    jitterNanos = notNegative("jitter", most);
    return this;
  }

  /**
   * The share of packets that get lost, at random. A stream sends them again, and is slower.
   *
   * @param share from 0, none, to 1, all
   * @throws IllegalArgumentException if it is not in that range
   */
  public Link loss(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("loss: share = " + share + " (expected 0 to 1)");
    }
    loss = share;
    return this;
  }

  /** Loses everything from now on, until it is mended. Nobody is told. */
  public Link cut() {
    cut = true;
    return this;
  }

  /** Ends {@link #cut}: what was sent meanwhile arrives when it is sent again. */
  public Link mend() {
    cut = false;
    return this;
  }

  private static long notNegative(String what, Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException(what + ": " + time + " (expected >= PT0S)");
    }
    return time.toNanos();
  }

  /** Whether the next packet is lost. */
  boolean loses() {
    return cut || (loss > 0 && random.nextDouble() < loss);
  }

  /** How long the next packet takes. */
  long delayNanos() {
    return latencyNanos + (jitterNanos == 0 ? 0 : random.nextLong(jitterNanos + 1));
  }
}
