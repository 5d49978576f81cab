package io.greenloop.examples.jobs;

import io.greenloop.gevent.Gevent;
import java.util.HashMap;
import java.util.Map;

/** Step 3: some kinds of jobs run on threads, and in processes. */
public final class Step3Blocking {
  private Step3Blocking() {}

  static Map<String, Kinds.Kind> kinds() {
    Map<String, Kinds.Kind> kinds = new HashMap<>(Kinds.ALL);
    kinds.putAll(BlockingKinds.ALL);
    return kinds;
  }

  /** Options: those of step 2. */
  public static void main(String[] args) {
    Gevent.run(
        () -> {
          var options = new Options(args);
          var connections = Step1Connections.connections(options);
          var jobs = new Jobs(kinds(), options);
          jobs.addCommands(connections.commands);
          Step1Connections.serve(connections);
        });
  }
}
