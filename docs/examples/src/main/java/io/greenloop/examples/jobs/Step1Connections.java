package io.greenloop.examples.jobs;

import io.greenloop.gevent.Gevent;
import java.io.IOException;

/** Step 1: clients come, say who they are, and go. */
public final class Step1Connections {
  private Step1Connections() {}

  static Connections connections(Options options) {
    return new Connections(
        options.number("port"), options.number("connections"), options.seconds("idle"));
  }

  static void serve(Connections connections) throws IOException {
    connections.server.start();
    IO.println("listening on port " + connections.server.serverPort());
    connections.server.serveForever();
  }

  /** Options: {@code --port}, {@code --connections}, {@code --idle}. */
  public static void main(String[] args) {
    Gevent.run(() -> serve(connections(new Options(args))));
  }
}
