package io.greenloop.reactor.outside;

import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.ReadySink;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An engine as somebody else would write it, with the service interface alone: it keeps nothing
 * between two polls but a list of wishes, and opens a selector for each.
 */
final class RescanReactor implements Reactor {
  private record Wish(int interest, Object attachment) {}

  private final Map<SelectableChannel, Wish> wishes = new LinkedHashMap<>();
  private final Object wakeLock = new Object();
  private Selector current;
  private boolean woken;
  private boolean closed;

  @Override
  public void update(SelectableChannel channel, int interest, Object attachment)
      throws IOException {
    if (interest == 0) {
      wishes.remove(channel);
      return;
    }
    Reactor.checkInterest(channel, interest);
    if (!channel.isOpen()) {
      wishes.remove(channel);
      throw new ClosedChannelException();
    }
    if (channel.isBlocking()) {
      throw new IllegalBlockingModeException();
    }
    wishes.put(channel, new Wish(interest, attachment));
  }

  @Override
  public int poll(long timeoutNanos, ReadySink sink) throws IOException {
    List<Wish> gone = takeClosed();
    Map<Wish, Integer> ready = select(gone.isEmpty() ? timeoutNanos : 0);
    gone.addAll(takeClosed());
    gone.forEach(each -> sink.ready(each.attachment(), each.interest()));
    int reports = gone.size();
    for (var each : ready.entrySet()) {
      if (wishes.containsValue(each.getKey())) { // still, for the sink may change its mind
        sink.ready(each.getKey().attachment(), each.getValue());
        reports++;
      }
    }
    return reports;
  }

  private List<Wish> takeClosed() {
    var gone = new ArrayList<Wish>();
    wishes.entrySet().removeIf(each -> !each.getKey().isOpen() && gone.add(each.getValue()));
    return gone;
  }

  private Map<Wish, Integer> select(long timeoutNanos) throws IOException {
    var ready = new LinkedHashMap<Wish, Integer>();
    try (var selector = Selector.open()) {
      for (var each : wishes.entrySet()) {
        try {
          each.getKey().register(selector, keyOps(each.getValue().interest()), each.getValue());
        } catch (ClosedChannelException e) {
          continue; // reported as gone
        }
      }
      begin(selector);
      try {
        wait(selector, timeoutNanos, ready);
      } finally {
        end();
      }
    }
    return ready;
  }

  private void wait(Selector selector, long timeoutNanos, Map<Wish, Integer> ready)
      throws IOException {
    if (timeoutNanos <= 0) {
      selector.selectNow(key -> note(key, ready));
    } else {
      long millis = timeoutNanos == Long.MAX_VALUE ? 0 : (timeoutNanos + 999_999) / 1_000_000;
      selector.select(key -> note(key, ready), millis);
      Thread.interrupted();
    }
  }

  private static void note(SelectionKey key, Map<Wish, Integer> ready) {
    if (key.isValid()) {
      ready.put((Wish) key.attachment(), interest(key.readyOps()));
    }
  }

  private void begin(Selector selector) {
    synchronized (wakeLock) {
      current = selector;
      if (woken) {
        selector.wakeup();
      }
    }
  }

  private void end() {
    synchronized (wakeLock) {
      current = null;
      woken = false;
    }
  }

  @Override
  public void wakeup() {
    synchronized (wakeLock) {
      if (closed) {
        return;
      }
      woken = true;
      if (current != null) {
        current.wakeup();
      }
    }
  }

  @Override
  public String name() {
    return RescanReactorProvider.NAME;
  }

  @Override
  public void close() {
    synchronized (wakeLock) {
      closed = true;
    }
    wishes.clear();
  }

  private static int keyOps(int interest) {
    return ((interest & READ) != 0 ? SelectionKey.OP_READ : 0)
        | ((interest & WRITE) != 0 ? SelectionKey.OP_WRITE : 0)
        | ((interest & ACCEPT) != 0 ? SelectionKey.OP_ACCEPT : 0)
        | ((interest & CONNECT) != 0 ? SelectionKey.OP_CONNECT : 0);
  }

  private static int interest(int keyOps) {
    return ((keyOps & SelectionKey.OP_READ) != 0 ? READ : 0)
        | ((keyOps & SelectionKey.OP_WRITE) != 0 ? WRITE : 0)
        | ((keyOps & SelectionKey.OP_ACCEPT) != 0 ? ACCEPT : 0)
        | ((keyOps & SelectionKey.OP_CONNECT) != 0 ? CONNECT : 0);
  }
}
