package io.greenloop.net;

import io.greenloop.internal.vm.Mode;
import io.greenloop.net.resolver.LoopResolver;
import io.greenloop.net.resolver.LoopResolverProvider;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Host names in tasks.
 *
 * <p>{@link InetAddress} asks the operating system, and that blocks the thread that carries the
 * loop. In full mode Greenloop puts a resolver of its own before it, for the whole JVM: inside a
 * task the look-up runs on a worker thread while the task is parked, so any library may resolve
 * names; elsewhere nothing changes. {@code -Dgreenloop.resolver=off} leaves the JDK alone. {@link
 * #resolve} parks in either mode.
 */
public final class NameResolution {
  private NameResolution() {}

  /**
   * The addresses of {@code host}, in the system's order of preference; a literal address is not
   * looked up. Parks the task.
   *
   * <p><b>Room:</b> loop, in a task.
   *
   * @throws UnknownHostException if the name has no address
   * @throws io.greenloop.CancelledError if the task is cancelled; the look-up itself goes on, its
   *     result is dropped
   */
  public static List<InetAddress> resolve(String host) throws UnknownHostException {
    Sockets.currentLoop("resolve");
    if (isLiteral(host)) {
      return List.of(InetAddress.ofLiteral(host));
    }
    return LoopResolver.onWorker(() -> List.of(InetAddress.getAllByName(host)));
  }

  /**
   * Whether look-ups by {@link InetAddress} park inside a task, in words. Resolves {@code
   * localhost} to find out, since the JDK picks its resolver at the first look-up. Any thread.
   */
  public static String selfTest() {
    if (!Mode.isFull()) {
      return "InetAddress holds the loop: portable mode ("
          + Mode.missing()
          + "); NameResolution.resolve parks";
    }
    if (LoopResolverProvider.isOff()) {
      return "InetAddress holds the loop: -D"
          + LoopResolverProvider.PROPERTY
          + "=off is set; NameResolution.resolve parks";
    }
    return isInstalled()
        ? "InetAddress parks the task"
        : "InetAddress holds the loop: another resolver came first, or the first look-up came from"
            + " a class loader that does not see Greenloop; NameResolution.resolve parks";
  }

  /**
   * Whether {@link InetAddress} parks inside a task, as {@link #selfTest} finds out. Any thread.
   */
  public static boolean isInstalled() {
    try {
      InetAddress.getByName("localhost");
    } catch (UnknownHostException e) {
      // A machine without the name has asked its resolver all the same.
    }
    return Mode.isFull() && LoopResolverProvider.installed() != null;
  }

  private static boolean isLiteral(String host) {
    try {
      InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
