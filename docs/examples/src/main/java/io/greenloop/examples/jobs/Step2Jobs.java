package io.greenloop.examples.jobs;

import io.greenloop.gevent.Gevent;

/** Step 2: jobs are queued, waited for, cancelled; a few run at a time. */
public final class Step2Jobs {
  private Step2Jobs() {}

  /** Options: those of step 1, {@code --workers}, {@code --room}, {@code --limit}. */
  public static void main(String[] args) {
    Gevent.run(
        () -> {
          var options = new Options(args);
          var connections = Step1Connections.connections(options);
          var jobs = new Jobs(Kinds.ALL, options);
          jobs.addCommands(connections.commands);
          Step1Connections.serve(connections);
        });
  }
}
