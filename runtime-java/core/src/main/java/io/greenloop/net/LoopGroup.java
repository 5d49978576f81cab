package io.greenloop.net;

import io.greenloop.EventLoop;
import io.greenloop.LoopClosedException;
import io.greenloop.LoopOptions;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopThread;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Several loops, each in a thread of its own, for servers that need more than one processor.
 *
 * <p>Each loop listens on the same port ({@code SO_REUSEPORT}) and the system shares out what
 * comes; a connection stays on the loop that accepted it. So the tasks of a connection need no
 * locks among themselves, and those of two connections may run at the same time: what they share is
 * to be safe for several threads.
 *
 * <pre>{@code
 * try (LoopGroup group = LoopGroup.start("web", 4)) {
 *   group.startServer(this::serve, ServerOptions.DEFAULT, new InetSocketAddress(8080));
 *   shutdownRequested.await();
 *   group.shutdown(Duration.ofSeconds(10));
 * }
 * }</pre>
 *
 * <p>The loops live and end together: where something fatal ends one of them, such as an {@link
 * OutOfMemoryError}, the others are ended too, and {@link #awaitClosed} and {@link #close} throw
 * it.
 *
 * <p><b>Room:</b> any thread that runs no loop of the group, since these calls wait for its loops;
 * {@link #loops} and {@link #next} any thread.
 */
public final class LoopGroup implements AutoCloseable {
  private final String name;
  private final List<LoopOfGroup> members = new CopyOnWriteArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> fatal = new AtomicReference<>();
  private final CountDownLatch ended;

  private LoopGroup(String name, int loops) {
    this.name = name;
    ended = new CountDownLatch(loops);
  }

  /** {@link #start(LoopOptions, int)} with default options. */
  public static LoopGroup start(String name, int loops) {
    return start(LoopOptions.defaults().withName(Objects.requireNonNull(name, "name")), loops);
  }

  /**
   * Starts {@code loops} loops, which run until {@link #close}. If one cannot start, those before
   * it are ended.
   *
   * @param options of each loop; they are called by the name in it, and {@code -0} and so on
   * @param loops at least one; more than there are processors is seldom of use
   * @throws IllegalArgumentException if {@code loops} is not positive
   */
  public static LoopGroup start(LoopOptions options, int loops) {
    if (loops <= 0) {
      throw new IllegalArgumentException("LoopGroup: loops = " + loops + " (expected >= 1)");
    }
    var group = new LoopGroup(options.name(), loops);
    try {
      for (int i = 0; i < loops; i++) {
        group.members.add(
            LoopOfGroup.start(options.withName(options.name() + "-" + i), group::ended));
      }
    } catch (Throwable e) {
      for (int i = group.members.size(); i < loops; i++) {
        group.ended.countDown();
      }
      group.close();
      throw e;
    }
    if (group.fatal.get() != null) {
      group.close(); // one has died meanwhile: this throws what of
    }
    return group;
  }

  /** Its loops, to hand work to by {@link EventLoop#submit}. */
  public List<EventLoop> loops() {
    return members.stream().map(LoopOfGroup::loop).toList();
  }

  /** One loop after the other, in turns. */
  public EventLoop next() {
    return members.get(Math.floorMod(turn.getAndIncrement(), members.size())).loop();
  }

  // ---- serving -----------------------------------------------------------------------------

  /**
   * {@link Streams#startServer} on each loop, all of them on one address.
   *
   * @param handler runs on all loops, so at the same time with itself
   * @param options the port is shared in any case; its limits are those of each loop
   * @param address port 0 takes any free one
   * @return where it listens, with the real port
   * @throws java.net.BindException if the port is taken; nothing is left listening then
   * @throws UnsupportedOperationException where the system knows no {@code SO_REUSEPORT}
   * @throws LoopClosedException if the group is closed, or is closed meanwhile
   * @throws IllegalStateException if the caller runs on a loop of the group
   */
  public InetSocketAddress startServer(
      StreamHandler handler, ServerOptions options, InetSocketAddress address) throws IOException {
    refuseOnMember("startServer");
    ServerOptions shared = options.withReusePort(true);
    List<Runnable> undo = new ArrayList<>();
    InetSocketAddress where = address;
    try {
      for (LoopOfGroup each : members) {
        InetSocketAddress wanted = where;
        Server server = on(each, () -> each.added(Streams.startServer(handler, shared, wanted)));
        undo.add(() -> each.loop().submit(() -> each.closed(server)).join());
        where = on(each, () -> (InetSocketAddress) server.localAddresses().getFirst());
      }
      return where;
    } catch (Throwable e) {
      for (Runnable each : undo) {
        try {
          each.run();
        } catch (RuntimeException closedWithItsLoop) {
          e.addSuppressed(closedWithItsLoop);
        }
      }
      throw e;
    }
  }

  /**
   * Ends all servers at the same time, each as {@link Server#shutdown} does, and waits for that;
   * the loops run on. Not interruptible: after twice {@code grace} it waits only for handlers that
   * go on after their cancel.
   *
   * @param grace how long handlers may take; zero cancels them at once
   * @throws IllegalStateException if the caller runs on a loop of the group
   */
  public void shutdown(Duration grace) {
    refuseOnMember("shutdown");
    List<CompletableFuture<@Nullable Void>> ends = new ArrayList<>();
    for (LoopOfGroup each : members) {
      try {
        ends.add(each.loop().submit(() -> each.shutdown(grace)));
      } catch (LoopClosedException closedMeanwhile) {
        // With its servers: there is nothing left to end.
      }
    }
    for (CompletableFuture<@Nullable Void> each : ends) {
      try {
        each.join();
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof LoopClosedException)) {
          throw e;
        }
      } catch (CancellationException closedMeanwhile) {
        // By a close of the group, which ends its servers as well.
      }
    }
  }

  private static <T> T on(LoopOfGroup member, Callable<T> body) throws IOException {
    try {
      return member.loop().submit(body).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw e;
    } catch (CancellationException closedMeanwhile) {
      throw new LoopClosedException(member.loop() + " was closed meanwhile");
    }
  }

  // ---- the end -----------------------------------------------------------------------------

  /**
   * Ends the loops: what still runs on them is cancelled, connections are closed. Waits for that.
   * Not interruptible. Idempotent.
   *
   * @throws IllegalStateException if the caller runs on a loop of the group
   * @throws Error the fatal one that had ended a loop, if there was one
   */
  @Override
  public void close() {
    refuseOnMember("close");
    members.forEach(LoopOfGroup::stop);
    boolean interrupted = false;
    for (boolean over = false; !over; ) {
      try {
        ended.await();
        over = true;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    throwFatal();
  }

  /**
   * Waits until somebody has closed the group, or something fatal has ended it.
   *
   * @throws InterruptedException if the caller is interrupted
   * @throws IllegalStateException if the caller runs on a loop of the group
   * @throws Error the fatal one that has ended it
   */
  public void awaitClosed() throws InterruptedException {
    refuseOnMember("awaitClosed");
    ended.await();
    throwFatal();
  }

  /** Called by the thread of a loop, at its end. */
  private void ended(@Nullable Throwable cause) {
    if (cause != null) {
      fatal.compareAndSet(null, cause);
      System.getLogger("io.greenloop")
          .log(System.Logger.Level.ERROR, this + " ends, because one of its loops has", cause);
      members.forEach(LoopOfGroup::stop);
    }
    ended.countDown();
  }

  private void throwFatal() {
    Throwable cause = fatal.get();
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause != null) {
      throw new IllegalStateException(this + ": a loop of it was stopped by somebody else", cause);
    }
  }

  private void refuseOnMember(String operation) {
    LoopCore here = LoopThread.currentLoop();
    for (LoopOfGroup each : members) {
      if (here != null && here.face() == each.loop()) {
        throw new IllegalStateException(
            operation
                + " on "
                + this
                + " called from "
                + each.loop()
                + ", one of its loops, which would wait for itself; call it from another thread");
      }
    }
  }

  @Override
  public String toString() {
    return "loop group '" + name + "' of " + members.size();
  }
}
