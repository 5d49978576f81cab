package io.greenloop.examples.jobs;

import io.greenloop.gevent.Gevent;
import java.nio.file.Path;

/** Step 4: clients watch what happens, and a file is told how many jobs there are. */
public final class Step4Watching {
  private Step4Watching() {}

  static Statistics statistics(Jobs jobs, Options options) {
    return new Statistics(jobs, Path.of(options.text("statistics")), options.seconds("period"));
  }

  /** Options: those of step 3, {@code --statistics}, {@code --period}. */
  public static void main(String[] args) {
    Gevent.run(
        () -> {
          var options = new Options(args);
          var connections = Step1Connections.connections(options);
          var jobs = new Jobs(Step3Blocking.kinds(), options);
          jobs.addCommands(connections.commands);
          connections.commands.put("WATCH", new Watchers(jobs)::watch);
          Statistics statistics = statistics(jobs, options);
          try {
            Step1Connections.serve(connections);
          } finally {
            statistics.stop();
          }
        });
  }
}
