package io.greenloop.examples.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.GeventFile;
import io.greenloop.gevent.Greenlet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Writes a line into a file, time after time and at the end. */
final class Statistics {
  private final Jobs jobs;
  private final Path path;
  private final Duration period;
  private final Greenlet<?> greenlet;

  Statistics(Jobs jobs, Path path, Duration period) {
    this.jobs = jobs;
    this.path = path;
    this.period = period;
    greenlet = Gevent.spawn(this::run);
  }

  private void run() throws IOException {
    try (GeventFile file = GeventFile.open(path, CREATE, APPEND)) {
      try {
        while (true) {
          Gevent.sleep(period);
          write(file);
        }
      } finally {
        write(file);
      }
    }
  }

  private void write(GeventFile file) throws IOException {
    file.write((jobs.statistics() + "\n").getBytes(UTF_8));
    file.flush();
  }

  void stop() {
    greenlet.kill();
  }
}
