package io.greenloop.examples;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.eventlet.DagPool;
import io.greenloop.eventlet.Event;
import io.greenloop.eventlet.Eventlet;
import io.greenloop.eventlet.GreenPile;
import io.greenloop.eventlet.GreenPool;
import io.greenloop.eventlet.GreenThread;
import io.greenloop.eventlet.Pool;
import io.greenloop.eventlet.PoolOptions;
import io.greenloop.eventlet.Queue;
import io.greenloop.eventlet.Tpool;
import io.greenloop.examples.Patterns.Pattern;
import io.greenloop.greenlet.GreenletExit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How eventlet programs are built, and how that reads here; the Python stands above each. Those
 * about sockets and signals are in {@link EventletNetworkPatterns}.
 */
public final class EventletPatterns {
  static final Map<String, Pattern> ALL = new LinkedHashMap<>();

  static {
    ALL.put("crawler", EventletPatterns::crawler);
    ALL.put("fan-out", EventletPatterns::fanOut);
    ALL.put("fallback", EventletPatterns::fallback);
    ALL.put("producer-consumer", EventletPatterns::producerConsumer);
    ALL.put("hand-off", EventletPatterns::handOff);
    ALL.put("periodic", EventletPatterns::periodic);
    ALL.put("blocking-work", EventletPatterns::blockingWork);
    ALL.put("shared-resource", EventletPatterns::sharedResource);
    ALL.put("dependencies", EventletPatterns::dependencies);
    ALL.put("kill-a-group", EventletPatterns::killAGroup);
    ALL.put("with-tasks", EventletPatterns::withTasks);
    ALL.put("from-a-thread", EventletPatterns::fromAThread);
  }

  private EventletPatterns() {}

  private static String fetch(String url) {
    Eventlet.sleep(ofMillis(url.length()));
    return "body of " + url;
  }

  // for body in GreenPool(200).imap(fetch, urls): print(body)
  private static void crawler(Consumer<String> out) {
    try (var bodies =
        new GreenPool(200).imap(EventletPatterns::fetch, List.of("long", "a", "bb"))) {
      bodies.forEachRemaining(out);
    }
  }

  // pile = GreenPile(10); for u in urls: pile.spawn(fetch, u); print(list(pile))
  private static void fanOut(Consumer<String> out) {
    var pile = new GreenPile<String>(10);
    for (String url : List.of("bb", "a")) {
      pile.spawn(() -> fetch(url));
    }
    pile.forEachRemaining(out);
  }

  // with_timeout(0.002, fetch, url, timeout_value='none')
  private static void fallback(Consumer<String> out) {
    out.accept(Eventlet.<String>withTimeout(ofMillis(2), "none", () -> fetch("http://slow/")));
  }

  // workers: while True: job = q.get(); ...; q.task_done()     main: q.join(); [w.kill() for w in
  // ws]
  private static void producerConsumer(Consumer<String> out) {
    var jobs = new Queue<Integer>(2);
    List<GreenThread<?>> workers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      workers.add(
          Eventlet.spawn(
              () -> {
                while (true) {
                  int job = jobs.get();
                  Eventlet.sleep(ofMillis(10));
                  out.accept("job " + job);
                  jobs.taskDone();
                }
              }));
    }
    for (int job = 0; job < 4; job++) {
      jobs.put(job);
    }
    jobs.join();
    workers.forEach(GreenThread::kill);
    out.accept("done");
  }

  // evt = Event(); spawn(work, evt); evt.wait()
  private static void handOff(Consumer<String> out) {
    var event = new Event<String>();
    Eventlet.spawn(() -> event.send(fetch("abc")));
    out.accept(event.await());
  }

  // def tick(): ...; spawn_after(0.01, tick)
  private static void periodic(Consumer<String> out) {
    var ticking =
        Eventlet.spawn(
            () -> {
              while (true) {
                Eventlet.sleep(ofMillis(10));
                out.accept("tick");
              }
            });
    Eventlet.sleep(ofMillis(25));
    ticking.kill();
    Eventlet.sleep(ofMillis(25));
  }

  // tpool.execute(f)
  private static void blockingWork(Consumer<String> out) {
    out.accept(Tpool.execute(() -> "computed on a thread: " + (6 * 7)));
  }

  // with pool.item() as x: ...
  private static void sharedResource(Consumer<String> out) {
    int[] made = {0};
    var pool = new Pool<>(PoolOptions.DEFAULT.withMaxSize(1), () -> "resource " + made[0]++);
    var pile = new GreenPile<@Nullable Void>(3);
    for (int i = 0; i < 3; i++) {
      int number = i;
      pile.spawn(
          () -> {
            try (var held = pool.item()) {
              Eventlet.sleep(ofMillis(10));
              out.accept(number + " had " + held.value());
            }
          });
    }
    pile.forEachRemaining(nothing -> {});
  }

  // DAGPool().spawn_many({'exe': ['a.o', 'b.o'], 'a.o': (), 'b.o': ()}, build)
  private static void dependencies(Consumer<String> out) {
    var pool = new DagPool<String, String>();
    var targets = new LinkedHashMap<String, List<String>>();
    targets.put("exe", List.of("a.o", "b.o"));
    targets.put("a.o", List.of());
    targets.put("b.o", List.of());
    pool.spawnMany(
        targets,
        (target, results) -> {
          results.forEachRemaining(each -> {});
          Eventlet.sleep(ofMillis(target.equals("a.o") ? 5 : 10));
          out.accept(target);
          return "built " + target;
        });
    out.accept(pool.awaitAll().size() + " targets");
  }

  // for g in gs: g.kill()      try: g.wait() except GreenletExit: pass
  private static void killAGroup(Consumer<String> out) {
    var pool = new GreenPool(5);
    List<GreenThread<?>> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      threads.add(pool.spawn(() -> Eventlet.sleep(ofSeconds(1000))));
    }
    Eventlet.sleep();
    pool.killAll();
    int killed = 0;
    for (GreenThread<?> each : threads) {
      try {
        each.await();
      } catch (GreenletExit exit) {
        killed++;
      }
    }
    out.accept(killed + " killed");
  }

  // spawn_for_awaitable(coro).wait()      await gt
  private static void withTasks(Consumer<String> out) {
    var task =
        Aio.spawn(
            () -> {
              Aio.sleep(ofMillis(5));
              return "from a task";
            });
    out.accept(Eventlet.spawnForAwaitable(task).await());
    out.accept(Eventlet.spawn(() -> "to a task").toFuture().join());
  }

  // loop.call_soon_threadsafe(event.send, x)
  private static void fromAThread(Consumer<String> out) {
    EventLoop loop = EventLoop.current();
    var event = new Event<String>();
    try (var _ = loop.expectPosts()) {
      new Thread(() -> loop.callSoonThreadsafe(() -> event.send("from a thread"))).start();
      out.accept(event.await());
    }
  }

  /** Runs those that are named, or all. */
  public static void main(String[] names) {
    Eventlet.run(() -> Patterns.print(ALL, names));
  }
}
