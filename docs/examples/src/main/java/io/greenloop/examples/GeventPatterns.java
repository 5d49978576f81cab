package io.greenloop.examples;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.greenloop.examples.Patterns.Pattern;
import io.greenloop.gevent.AsyncResult;
import io.greenloop.gevent.Event;
import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.Greenlet;
import io.greenloop.gevent.GreenletLocal;
import io.greenloop.gevent.Pool;
import io.greenloop.gevent.Queue;
import io.greenloop.gevent.Semaphore;
import io.greenloop.gevent.ThreadPool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How gevent programs are built, and how that reads here; the Python stands above each. Those about
 * sockets, servers and processes are in {@link GeventNetworkPatterns}.
 */
public final class GeventPatterns {
  static final Map<String, Pattern> ALL = new LinkedHashMap<>();

  static {
    ALL.put("joinall", GeventPatterns::joinAll);
    ALL.put("crawler", GeventPatterns::crawler);
    ALL.put("producer-consumer", GeventPatterns::producerConsumer);
    ALL.put("sentinel", GeventPatterns::sentinel);
    ALL.put("hand-off", GeventPatterns::handOff);
    ALL.put("start-gate", GeventPatterns::startGate);
    ALL.put("gate-for-three", GeventPatterns::semaphore);
    ALL.put("connection-pool", GeventPatterns::connectionPool);
    ALL.put("blocking-work", GeventPatterns::blockingWork);
    ALL.put("from-a-thread", GeventPatterns::fromAThread);
    ALL.put("actor", GeventPatterns::actor);
    ALL.put("periodic", GeventPatterns::periodic);
    ALL.put("first-wins", GeventPatterns::firstWins);
    ALL.put("per-request", GeventPatterns::perRequest);
  }

  private GeventPatterns() {}

  private static String fetch(String url) {
    Gevent.sleep(ofMillis(url.length()));
    return "body of " + url;
  }

  // jobs = [gevent.spawn(fetch, u) for u in urls]; gevent.joinall(jobs, timeout=2)
  // print([j.value for j in jobs])
  private static void joinAll(Consumer<String> out) {
    List<Greenlet<String>> jobs =
        List.of("bbb", "a").stream().map(url -> Gevent.<String>spawn(() -> fetch(url))).toList();
    Gevent.joinAll(jobs, ofSeconds(2));
    jobs.forEach(job -> out.accept(job.getValue()));
  }

  // for body in Pool(20).imap_unordered(fetch, urls): print(body)
  private static void crawler(Consumer<String> out) {
    try (var bodies =
        new Pool(20).imapUnordered(GeventPatterns::fetch, List.of("long", "a", "bb"))) {
      bodies.forEachRemaining(out);
    }
  }

  // workers: while True: job = q.get(); ...; q.task_done()     main: q.join(); group.kill()
  private static void producerConsumer(Consumer<String> out) {
    var jobs = new Queue<Integer>(2);
    List<Greenlet<?>> workers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      workers.add(
          Gevent.spawn(
              () -> {
                while (true) {
                  int job = jobs.get();
                  Gevent.sleep(ofMillis(10));
                  out.accept("job " + job);
                  jobs.taskDone();
                }
              }));
    }
    for (int job = 0; job < 4; job++) {
      jobs.put(job);
    }
    jobs.join();
    Gevent.killAll(workers);
    out.accept("done");
  }

  // q.put(StopIteration)      for item in q: print(item)
  private static void sentinel(Consumer<String> out) {
    var items = new Queue<String>();
    Gevent.spawn(
        () -> {
          items.put("one");
          items.put("two");
          items.close();
        });
    for (String item : items) {
      out.accept(item);
    }
    out.accept("end");
  }

  // gevent.spawn(lambda: ar.set(fetch(u)))      print(ar.get())
  private static void handOff(Consumer<String> out) {
    var result = new AsyncResult<String>();
    for (int i = 0; i < 2; i++) {
      Gevent.spawn(() -> out.accept("a waiter got " + result.get()));
    }
    Gevent.spawn(() -> result.set(fetch("abc")));
    out.accept("main got " + result.asFuture().join()); // for code of other kinds
    Gevent.sleep();
  }

  // gate.wait()      gate.set()
  private static void startGate(Consumer<String> out) {
    var gate = new Event();
    var runners =
        List.of(1, 2).stream()
            .map(
                n ->
                    Gevent.spawn(
                        () -> {
                          gate.await();
                          out.accept("runner " + n);
                        }))
            .toList();
    Gevent.sleep();
    out.accept("ready");
    gate.set();
    Gevent.joinAll(runners);
    gate.clear();
    out.accept("open again: " + gate.await(ofMillis(1)));
  }

  // with sem: call()
  private static void semaphore(Consumer<String> out) {
    var gate = new Semaphore(3);
    int[] inside = {0, 0};
    var calls = new ArrayList<Greenlet<?>>();
    for (int i = 0; i < 9; i++) {
      calls.add(
          Gevent.spawn(
              () -> {
                try (var _ = gate.hold()) {
                  inside[1] = Math.max(inside[1], ++inside[0]);
                  Gevent.sleep(ofMillis(1));
                  inside[0]--;
                }
              }));
    }
    Gevent.joinAll(calls);
    out.accept("at most " + inside[1] + " at once");
  }

  // conn = pool.get(); try: ... finally: pool.put(conn)
  private static void connectionPool(Consumer<String> out) {
    var pool = new Queue<String>(2);
    pool.put("connection 1");
    pool.put("connection 2");
    var requests = new ArrayList<Greenlet<?>>();
    for (int i = 0; i < 3; i++) {
      int number = i;
      requests.add(
          Gevent.spawn(
              () -> {
                String connection = pool.get();
                try {
                  Gevent.sleep(ofMillis(5 + number));
                  out.accept("request " + number + " on " + connection);
                } finally {
                  pool.put(connection);
                }
              }));
    }
    Gevent.joinAll(requests);
  }

  // get_hub().threadpool.apply(f, args)
  private static void blockingWork(Consumer<String> out) {
    ThreadPool threads = Gevent.hub().threadPool();
    out.accept(threads.apply(() -> "computed on a thread: " + (6 * 7)));
  }

  // watcher = loop.async_(); watcher.start(f)      in a thread: watcher.send()
  private static void fromAThread(Consumer<String> out) throws InterruptedException {
    var heard = new Event();
    var loop = Gevent.hub().loop();
    try (var _ = Gevent.hub().eventLoop().expectPosts()) {
      new Thread(
              () ->
                  loop.post(
                      () -> {
                        out.accept("posted by a thread, run by the loop");
                        heard.set();
                      }))
          .start();
      heard.await();
    }
  }

  // class Actor(gevent.Greenlet): def _run(self): while True: self.receive(self.inbox.get())
  private static final class Actor extends Greenlet<@Nullable Void> {
    private final Queue<String> inbox = new Queue<>();
    private final Consumer<String> out;

    Actor(Consumer<String> out) {
      this.out = out;
    }

    @Override
    protected @Nullable Void run() {
      for (String message : inbox) {
        out.accept("received " + message);
      }
      return null;
    }
  }

  private static void actor(Consumer<String> out) {
    var actor = new Actor(out);
    actor.start();
    actor.inbox.put("ping");
    actor.inbox.put("pong");
    actor.inbox.close();
    actor.join();
  }

  // def tick(): ...; gevent.spawn_later(0.01, tick)
  private static void periodic(Consumer<String> out) {
    Greenlet<?> ticking = Gevent.every(ofMillis(10), () -> out.accept("tick"));
    Gevent.sleep(ofMillis(25));
    ticking.kill();
    Gevent.sleep(ofMillis(25));
  }

  // done = gevent.wait(jobs, count=1); gevent.killall(jobs)
  private static void firstWins(Consumer<String> out) {
    out.accept(Gevent.<String>firstOf(() -> fetch("slow"), () -> fetch("q")));
  }

  // data = gevent.local.local(); data.user = user
  private static void perRequest(Consumer<String> out) {
    var user = GreenletLocal.withInitial(() -> "nobody");
    var requests =
        List.of("ann", "bob").stream()
            .map(
                name ->
                    Gevent.spawn(
                        () -> {
                          user.set(name);
                          Gevent.sleep();
                          out.accept("request of " + user.get());
                        }))
            .toList();
    Gevent.joinAll(requests);
    out.accept("main: " + user.get());
  }

  /** Runs those that are named, or all. */
  public static void main(String[] names) {
    Gevent.run(() -> Patterns.print(ALL, names));
  }
}
