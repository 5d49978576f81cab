package io.greenloop.net;

import io.greenloop.internal.vm.Mode;
import io.greenloop.net.resolver.LoopResolverProvider;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Host names in tasks.
 *
 * <p>{@link InetAddress} asks the operating system, and that blocks the thread that carries the
 * loop. In full mode Greenloop puts a resolver of its own before it, for the whole JVM: inside a
 * task the look-up runs on a worker thread while the task is parked, so any library may resolve
 * names; elsewhere nothing changes. {@code -Dgreenloop.resolver=off} leaves the JDK alone. {@link
 * io.greenloop.EventLoop#resolve} parks in either mode.
 */
public final class NameResolution {
  private NameResolution() {}

  /**
   * Whether look-ups by {@link InetAddress} park inside a task, in words. Resolves {@code
   * localhost} to find out, since the JDK picks its resolver at the first look-up. Any thread.
   */
  public static String selfTest() {
    if (!Mode.isFull()) {
      return "InetAddress holds the loop: portable mode ("
          + Mode.missing()
          + "); EventLoop.resolve parks";
    }
    if (LoopResolverProvider.isOff()) {
      return "InetAddress holds the loop: -D"
          + LoopResolverProvider.PROPERTY
          + "=off is set; EventLoop.resolve parks";
    }
    return isInstalled()
        ? "InetAddress parks the task"
        : "InetAddress holds the loop: another resolver came first, or the first look-up came from"
            + " a class loader that does not see Greenloop; EventLoop.resolve parks";
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
}
