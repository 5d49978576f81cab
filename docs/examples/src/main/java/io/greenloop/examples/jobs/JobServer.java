package io.greenloop.examples.jobs;

import io.greenloop.gevent.BackdoorServer;
import io.greenloop.gevent.Event;
import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.Loop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Step 5, all of it: signals, a backdoor, an orderly end (Python: {@code class Service}). */
public final class JobServer {
  private final Connections connections;
  private final Jobs jobs;
  private final Statistics statistics;
  private final BackdoorServer backdoor;
  private final Duration grace;
  private final Event stopped = new Event();
  private final Loop loop = Gevent.hub().loop();

  JobServer(Options options) {
    grace = options.seconds("grace");
    connections = Step1Connections.connections(options);
    jobs = new Jobs(Step3Blocking.kinds(), options);
    jobs.addCommands(connections.commands);
    connections.commands.put("WATCH", new Watchers(jobs)::watch);
    statistics = Step4Watching.statistics(jobs, options);
    backdoor =
        new BackdoorServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), options.number("backdoor")),
            Map.of("service", this),
            "the job server");
  }

  /** For the backdoor, whose prompt is a thread: how many jobs there are. */
  public String line() {
    var line = new CompletableFuture<String>();
    loop.post(() -> line.complete(jobs.statistics()));
    return line.join();
  }

  void run() throws IOException {
    try (var _ = Gevent.onSignal("HUP", () -> IO.println(jobs.statistics()));
        var _ = Gevent.onSignal("TERM", this::stop)) {
      connections.server.start();
      backdoor.start();
      IO.println("backdoor on port " + backdoor.serverPort());
      IO.println("listening on port " + connections.server.serverPort());
      stopped.await();
    }
  }

  private void stop() {
    connections.server.close(); // nobody else comes in
    jobs.stop(grace); // who waits for a job hears of its end
    connections.server.stop(Duration.ofSeconds(1));
    backdoor.stop();
    statistics.stop();
    IO.println("stopped: " + jobs.statistics());
    stopped.set();
  }

  /** Options: those of step 4, {@code --backdoor}, {@code --grace}. */
  public static void main(String[] args) {
    Gevent.run(() -> new JobServer(new Options(args)).run());
  }
}
