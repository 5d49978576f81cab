package io.greenloop.net;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.LoopClosedException;
import io.greenloop.LoopOptions;
import io.greenloop.Promise;
import io.greenloop.RunOptions;
import io.greenloop.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One loop of a {@link LoopGroup}, its servers, and the thread that waits for its end. */
final class LoopOfGroup {
  private final EventLoop loop;
  private final Promise<@Nullable Void> stopped;

  /** Loop. */
  private final List<Server> servers = new ArrayList<>();

  private LoopOfGroup(LoopOptions options) {
    loop = EventLoop.create(options);
    stopped = loop.newPromise();
  }

  /**
   * A loop that runs.
   *
   * @param ended told once, by another thread: null, or what has ended it before {@link #stop}; not
   *     if this throws
   */
  static LoopOfGroup start(LoopOptions options, Consumer<@Nullable Throwable> ended) {
    var member = new LoopOfGroup(options);
    var begun = new CompletableFuture<@Nullable Void>();
    try {
      Thread.ofPlatform()
          .daemon()
          .name("run " + options.name())
          .start(() -> ended.accept(member.run(begun)));
    } catch (Throwable e) { // no thread to be had
      member.loop.close();
      throw e;
    }
    begun.join();
    return member;
  }

  private @Nullable Throwable run(CompletableFuture<@Nullable Void> begun) {
    var options = RunOptions.DEFAULT.loopFactory(() -> loop).handleInterrupt(false);
    try {
      Aio.run(
          options,
          () -> {
            begun.complete(null);
            try {
              stopped.join();
            } finally { // else the system would go on sharing out connections to nobody
              servers.forEach(Server::close);
            }
            return null;
          });
      return null;
    } catch (Throwable fatal) {
      return fatal;
    } finally {
      begun.complete(null); // a loop that died at once has started, and ended
    }
  }

  EventLoop loop() {
    return loop;
  }

  /** Ends the loop, soon. Any thread; idempotent. */
  void stop() {
    try {
      loop.callSoonThreadsafe(() -> stopped.tryComplete(null));
    } catch (LoopClosedException endedAlready) {
      // As it should.
    }
  }

  // ---- its servers, on the loop ------------------------------------------------------------

  Server added(Server server) {
    servers.add(server);
    return server;
  }

  boolean closed(Server server) {
    server.close();
    return servers.remove(server);
  }

  /** Shuts all servers down at the same time. */
  @Nullable Void shutdown(Duration grace) {
    List<Server> ending = List.copyOf(servers);
    servers.removeAll(ending);
    ending.forEach(Server::close); // whether or not there is a task to be had for the rest
    TaskGroup.run(
        group -> {
          for (Server each : ending) {
            group.spawn(() -> each.shutdown(grace));
          }
        });
    return null;
  }
}
