package io.greenloop.gevent;

import io.greenloop.Registration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Shares signals out: the loop has one handler for each. */
final class SignalWatches {
  private final Hub hub;
  private final Map<String, Shared> byName = new HashMap<>();

  /** Those who hear one signal, and how the loop is told that nobody does any more. */
  private record Shared(Registration installed, List<Heard> handlers) {}

  /** Has an identity of its own: the same handler may be there twice. */
  private static final class Heard {
    private final Runnable handler;

    Heard(Runnable handler) {
      this.handler = handler;
    }
  }

  SignalWatches(Hub hub) {
    this.hub = hub;
  }

  /** Calls {@code handler} at each such signal, behind those who came before. */
  Registration add(String signal, Runnable handler) {
    Shared shared = byName.get(signal);
    if (shared == null) {
      Registration installed = hub.eventLoop().addSignalHandler(signal, () -> arrived(signal));
      shared = new Shared(installed, new ArrayList<>());
      byName.put(signal, shared);
    }
    var heard = new Heard(handler);
    shared.handlers.add(heard);
    Shared of = shared;
    return () -> remove(signal, of, heard);
  }

  private boolean remove(String signal, Shared shared, Heard heard) {
    boolean removed = shared.handlers.remove(heard);
    if (removed && shared.handlers.isEmpty()) {
      byName.remove(signal);
      shared.installed.remove();
    }
    return removed;
  }

  private void arrived(String signal) {
    Shared shared = byName.get(signal);
    if (shared == null) {
      return;
    }
    for (Heard each : List.copyOf(shared.handlers)) {
      if (shared.handlers.contains(each)) {
        call(signal, each.handler);
      }
    }
  }

  private void call(String signal, Runnable handler) {
    try {
      handler.run();
    } catch (Throwable thrown) {
      hub.handleError("a handler of signal " + signal, thrown);
    }
  }
}
