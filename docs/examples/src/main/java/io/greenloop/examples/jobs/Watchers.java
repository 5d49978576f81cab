package io.greenloop.examples.jobs;

import io.greenloop.gevent.Queue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Tells clients what happens to jobs, as it happens. */
final class Watchers {
  private final List<Queue<String>> queues = new ArrayList<>();

  Watchers(Jobs jobs) {
    jobs.listeners.add(this::tell);
  }

  private void tell(Job job) {
    for (Queue<String> queue : queues) {
      queue.offer("EVENT " + job.number + " " + job.state.word()); // who is behind misses some
    }
  }

  void watch(String rest, Connections.Answer say) throws IOException {
    var queue = new Queue<String>(100);
    queues.add(queue);
    try {
      say.line("WATCHING");
      for (int left = Integer.parseInt(rest); left > 0; left--) {
        say.line(queue.get());
      }
    } finally {
      queues.remove(queue);
    }
  }
}
