package io.greenloop.examples.jobs;

import io.greenloop.examples.jobs.Job.Outcome;
import io.greenloop.examples.jobs.Job.State;
import io.greenloop.gevent.Event;
import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.Greenlet;
import io.greenloop.gevent.JoinableQueue;
import io.greenloop.gevent.Pool;
import io.greenloop.gevent.Timeout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Queues jobs, and runs a few at a time. */
final class Jobs {
  final List<Consumer<Job>> listeners = new ArrayList<>();
  private final Map<String, Kinds.Kind> kinds;
  private final JoinableQueue<Job> queue;
  private final Pool pool;
  private final Event open = new Event();
  private final Duration limit;
  private final Map<Integer, Job> jobs = new LinkedHashMap<>();
  private final Greenlet<?> dispatcher;

  Jobs(Map<String, Kinds.Kind> kinds, Options options) {
    this.kinds = kinds;
    queue = new JoinableQueue<>(options.number("room"));
    pool = new Pool(options.number("workers"));
    limit = options.seconds("limit");
    open.set();
    dispatcher = Gevent.spawn(this::dispatch);
  }

  Job submit(String kind, String argument, String owner) {
    Kinds.Kind known = kinds.get(kind);
    if (known == null) {
      throw new Refused("no kind " + kind);
    }
    var job = new Job(jobs.size() + 1, known, argument, owner);
    if (!queue.offer(job)) {
      throw new Refused("too many jobs");
    }
    jobs.put(job.number, job);
    move(job, State.QUEUED);
    return job;
  }

  private void dispatch() {
    for (Job job : queue) {
      open.await();
      if (job.state == State.QUEUED) {
        Greenlet<Outcome> greenlet = pool.spawn(() -> run(job)); // waits while all workers work
        job.greenlet = greenlet;
        greenlet.link(ended -> ended(job, ended));
      } else {
        queue.taskDone();
      }
    }
  }

  private Outcome run(Job job) {
    move(job, State.RUNNING);
    var time = new Timeout(limit, () -> new Refused("out of time"));
    try {
      return new Outcome(State.DONE, time.<String>around(() -> job.kind.run(job.argument)));
    } catch (Exception error) {
      return new Outcome(State.FAILED, String.valueOf(error.getMessage()));
    }
  }

  private void ended(Job job, Greenlet<Outcome> greenlet) {
    finish(job, greenlet.isKilled() ? new Outcome(State.CANCELLED, "") : greenlet.get());
    queue.taskDone();
  }

  private void finish(Job job, Outcome outcome) {
    move(job, outcome.state());
    job.result.set(outcome);
  }

  private void move(Job job, State state) {
    job.state = state;
    listeners.forEach(listener -> listener.accept(job));
  }

  Job find(String number) {
    Job job = number.matches("\\d{1,9}") ? jobs.get(Integer.valueOf(number)) : null;
    if (job == null) {
      throw new Refused("no job " + number);
    }
    return job;
  }

  /** Waits for its end, without a limit if that is null. */
  String await(Job job, @Nullable Duration limit) {
    try {
      Outcome outcome = limit == null ? job.result.get() : job.result.get(limit);
      return (outcome.state() + " " + job.number + " " + outcome.text()).strip();
    } catch (Timeout over) {
      return "PENDING " + job.number;
    }
  }

  String cancel(Job job) {
    if (job.greenlet != null) {
      job.greenlet.kill();
    } else if (job.state == State.QUEUED) {
      finish(job, new Outcome(State.CANCELLED, ""));
    }
    return await(job, null);
  }

  String statistics() {
    return Arrays.stream(State.values())
        .map(state -> state.word() + "=" + count(state))
        .collect(Collectors.joining(" "));
  }

  private long count(State state) {
    return jobs.values().stream().filter(job -> job.state == state).count();
  }

  String listed() {
    return jobs.values().stream()
        .map(job -> job.number + " " + job.state.word() + " " + job.owner)
        .collect(Collectors.joining(", "));
  }

  /** Begins no more, and gives those that run so much time. */
  void stop(Duration grace) {
    dispatcher.kill();
    for (Job job : jobs.values()) {
      if (job.state == State.QUEUED && job.greenlet == null) {
        finish(job, new Outcome(State.CANCELLED, ""));
      }
    }
    pool.join(grace);
    pool.killAll();
  }

  void addCommands(Map<String, Connections.Command> commands) {
    commands.put(
        "SUBMIT",
        (rest, say) -> {
          String[] words = (rest + " ").split(" ", 2);
          Job job = submit(words[0], words[1].strip(), Connections.CLIENT.get());
          say.line("OK " + job.number);
        });
    commands.put(
        "WAIT",
        (rest, say) -> {
          String[] words = rest.split(" ", 2);
          Duration limit = words.length == 2 ? Options.parseSeconds(words[1]) : null;
          say.line(await(find(words[0]), limit));
        });
    commands.put(
        "PAUSE",
        (rest, say) -> {
          open.clear();
          say.line("PAUSED");
        });
    commands.put(
        "RESUME",
        (rest, say) -> {
          open.set();
          say.line("RESUMED");
        });
    commands.put("CANCEL", (rest, say) -> say.line(cancel(find(rest))));
    commands.put("LIST", (rest, say) -> say.line(listed()));
    commands.put("STATS", (rest, say) -> say.line(statistics()));
  }
}
