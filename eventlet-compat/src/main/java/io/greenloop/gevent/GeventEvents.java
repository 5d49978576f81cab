package io.greenloop.gevent;

import io.greenloop.Registration;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a {@link PeriodicMonitor} has seen (Python: {@code gevent.events}). Any thread. */
public final class GeventEvents {
  private static final List<Consumer<? super Event>> SUBSCRIBERS = new CopyOnWriteArrayList<>();

  private GeventEvents() {}

  /** Something that subscribers are told of. */
  public sealed interface Event {}

  /**
   * A greenlet, or a callback, holds the loop.
   *
   * @param greenlet who; null if it is no greenlet
   * @param blockingTime for how long by now
   * @param info the report, with the line
   */
  public record EventLoopBlocked(
      @Nullable Greenlet<?> greenlet, Duration blockingTime, String info, Hub hub)
      implements Event {}

  /**
   * The heap uses more than it may.
   *
   * @param memoryUsage bytes now
   * @param maxMemoryUsage bytes allowed
   */
  public record MemoryUsageThresholdExceeded(long memoryUsage, long maxMemoryUsage)
      implements Event {}

  /**
   * The heap uses no more than it may, again.
   *
   * @param memoryUsage bytes now
   * @param maxMemoryUsage bytes allowed
   */
  public record MemoryUsageUnderThreshold(long memoryUsage, long maxMemoryUsage) implements Event {}

  /**
   * A monitor has started.
   *
   * @param monitor which one
   */
  public record PeriodicMonitorThreadStarted(PeriodicMonitor monitor) implements Event {}

  /** Calls {@code subscriber} for each event, on the thread that found it. */
  public static Registration subscribe(Consumer<? super Event> subscriber) {
    SUBSCRIBERS.add(subscriber);
    return () -> SUBSCRIBERS.remove(subscriber);
  }

  /** Tells all subscribers; one that throws keeps it from those behind it, as in Python. */
  public static void notify(Event event) {
    for (Consumer<? super Event> subscriber : SUBSCRIBERS) {
      subscriber.accept(event);
    }
  }
}
