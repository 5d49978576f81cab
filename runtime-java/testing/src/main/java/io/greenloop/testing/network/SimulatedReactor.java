package io.greenloop.testing.network;

import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.ReadySink;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Watches simulated channels. It never waits: nothing happens while its loop sleeps. */
final class SimulatedReactor implements Reactor {
  private record Wish(int interest, Object attachment) {}

  private final Map<SelectableChannel, Wish> wishes = new LinkedHashMap<>();

  @Override
  public void update(SelectableChannel channel, int interest, @Nullable Object attachment)
      throws ClosedChannelException {
    if (interest == 0) {
      wishes.remove(channel);
      return;
    }
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
    if (!(channel instanceof SimulatedChannel)) {
      throw new IllegalArgumentException(
          channel + " is no channel of the simulated network; open it by the network of its loop");
    }
    wishes.put(channel, new Wish(interest, Objects.requireNonNull(attachment, "attachment")));
  }

  /** Whether a poll would report something. */
  boolean hasReports() {
    return wishes.entrySet().stream().anyMatch(e -> ready(e.getKey(), e.getValue()) != 0);
  }

  private static int ready(SelectableChannel channel, Wish wish) {
    return channel.isOpen()
        ? ((SimulatedChannel) channel).readyOps() & wish.interest
        : wish.interest;
  }

  @Override
  public int poll(long timeoutNanos, ReadySink sink) {
    int reports = 0;
    for (var entry : List.copyOf(wishes.entrySet())) {
      SelectableChannel channel = entry.getKey();
      Wish wish = entry.getValue();
      int ready = wishes.get(channel) == wish ? ready(channel, wish) : 0;
      if (ready != 0) {
        if (!channel.isOpen()) {
          wishes.remove(channel);
        }
        sink.ready(wish.attachment, ready);
        reports++;
      }
    }
    return reports;
  }

  @Override
  public void wakeup() {}

  @Override
  public String name() {
    return "simulated";
  }

  @Override
  public void close() {
    wishes.clear();
  }
}
