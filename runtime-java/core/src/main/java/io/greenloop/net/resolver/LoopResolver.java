package io.greenloop.net.resolver;

import io.greenloop.Aio;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.internal.loop.PinnedException;
import io.greenloop.internal.vm.Mode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * Asks the JDK's own resolver: on a worker thread if a task asks, while the task is parked;
 * directly if anybody else does.
 *
 * <p>Only in full mode. {@link InetAddress} holds a lock of the host name during a look-up. In full
 * mode a second task that wants the same name parks on that lock; in portable mode it would keep
 * the baton while it waits for a task that needs it.
 */
public final class LoopResolver implements InetAddressResolver {
  private volatile InetAddressResolver builtin;

  LoopResolver(InetAddressResolver builtin) {
    this.builtin = builtin;
  }

  /** Puts another resolver in the place of the JDK's, for tests; returns the one before it. */
  InetAddressResolver replaceBuiltin(InetAddressResolver other) {
    InetAddressResolver former = builtin;
    builtin = other;
    return former;
  }

  @Override
  public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
      throws UnknownHostException {
    if (!isInTask()) {
      return builtin.lookupByName(host, policy);
    }
    List<InetAddress> found = onWorker(() -> builtin.lookupByName(host, policy).toList());
    return found.stream();
  }

  @Override
  public String lookupByAddress(byte[] address) throws UnknownHostException {
    return isInTask()
        ? onWorker(() -> builtin.lookupByAddress(address))
        : builtin.lookupByAddress(address);
  }

  private static boolean isInTask() {
    if (!Mode.isFull() || !Thread.currentThread().isVirtual()) {
      return false;
    }
    LoopCore loop = LoopThread.currentLoop();
    return loop != null && loop.currentOwner() instanceof Task<?>;
  }

  /**
   * Runs {@code lookup} on a worker thread while the current task is parked. Where the task cannot
   * park, because a class initialiser or a native frame holds it, the look-up holds the loop.
   */
  private static <T> T onWorker(Callable<T> lookup) throws UnknownHostException {
    try {
      return Aio.<T>toThread(lookup).join();
    } catch (PinnedException e) {
      return here(lookup);
    }
  }

  private static <T> T here(Callable<T> lookup) throws UnknownHostException {
    try {
      return lookup.call();
    } catch (UnknownHostException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("a look-up throws nothing else", e);
    }
  }
}
