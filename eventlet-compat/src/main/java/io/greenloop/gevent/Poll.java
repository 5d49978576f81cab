package io.greenloop.gevent;

import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A set of channels to be asked again and again (Python: {@code gevent.select.poll}).
 *
 * <p><b>Room:</b> greenlets of one loop.
 */
public final class Poll {
  /** A flag of {@link Ready}: the channel is closed (Python: {@code POLLNVAL}). */
  public static final int INVALID = 32;

  private final Map<SelectableChannel, Integer> registered = new LinkedHashMap<>();

  /**
   * A channel that is ready.
   *
   * @param events {@link Loop#READ}, {@link Loop#WRITE}, {@link #INVALID}
   */
  public record Ready(SelectableChannel channel, int events) {}

  /** One without channels. */
  public Poll() {}

  /** Adds {@code channel}, or changes what it is asked for. */
  public void register(SelectableChannel channel, int events) {
    registered.put(channel, events);
  }

  /**
   * Changes what {@code channel} is asked for.
   *
   * @throws NoSuchElementException if it is not registered
   */
  public void modify(SelectableChannel channel, int events) {
    checkKnown("modify", channel);
    registered.put(channel, events);
  }

  /**
   * Takes {@code channel} out.
   *
   * @throws NoSuchElementException if it is not registered
   */
  public void unregister(SelectableChannel channel) {
    checkKnown("unregister", channel);
    registered.remove(channel);
  }

  private void checkKnown(String operation, SelectableChannel channel) {
    if (!registered.containsKey(channel)) {
      throw new NoSuchElementException(operation + ": " + channel + " is not registered");
    }
  }

  /** Waits until one is ready. */
  public List<Ready> poll() {
    return within(null);
  }

  /** {@link #poll()}, at most {@code limit}; empty when that is over. */
  public List<Ready> poll(Duration limit) {
    return within(limit);
  }

  private List<Ready> within(@Nullable Duration limit) {
    List<Ready> found = new ArrayList<>();
    List<SelectableChannel> readers = new ArrayList<>();
    List<SelectableChannel> writers = new ArrayList<>();
    registered.forEach(
        (channel, events) -> {
          if (!channel.isOpen()) {
            found.add(new Ready(channel, INVALID));
          } else {
            addIf((events & Loop.READ) != 0, channel, readers);
            addIf((events & Loop.WRITE) != 0, channel, writers);
          }
        });
    if (!found.isEmpty()) {
      return found;
    }
    Select.Ready ready =
        limit == null ? Select.select(readers, writers) : Select.select(readers, writers, limit);
    for (SelectableChannel channel : registered.keySet()) {
      int events =
          (ready.readable().contains(channel) ? Loop.READ : 0)
              | (ready.writable().contains(channel) ? Loop.WRITE : 0);
      if (events != 0) {
        found.add(new Ready(channel, events));
      }
    }
    return found;
  }

  private static void addIf(
      boolean wanted, SelectableChannel channel, List<SelectableChannel> channels) {
    if (wanted) {
      channels.add(channel);
    }
  }
}
