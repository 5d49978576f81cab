package io.greenloop.netty;

import io.greenloop.reactor.GuestSeat;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoHandle;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where Netty would ask its selector: our loop has asked for it, and this hands on what was found.
 * Carrier room, but for {@link #wakeup}.
 */
final class GuestIoHandler implements IoHandler {
  private @Nullable GuestSeat seat;
  private final Set<GuestRegistration> registrations = new LinkedHashSet<>();

  /** Those that something was found for since the last run. */
  private ArrayList<GuestRegistration> found = new ArrayList<>();

  private ArrayList<GuestRegistration> spareList = new ArrayList<>();

  /** Before anything else. */
  void sit(GuestSeat given) {
    seat = given;
  }

  GuestSeat seat() {
    return Objects.requireNonNull(seat, "seat");
  }

  @Override
  public IoRegistration register(IoHandle handle) {
    if (!(handle instanceof NioIoHandle channel)) {
      throw new IllegalArgumentException(
          "register: "
              + handle.getClass().getName()
              + " is no channel of Netty's NIO transport; use NioSocketChannel and its like");
    }
    var registration = new GuestRegistration(this, channel);
    registrations.add(registration);
    handle.registered();
    return registration;
  }

  /** Inside a poll. */
  void found(GuestRegistration registration) {
    found.add(registration);
  }

  void forget(GuestRegistration registration) {
    registrations.remove(registration);
  }

  @Override
  public int run(IoHandlerContext context) {
    ArrayList<GuestRegistration> taken = found;
    if (taken.isEmpty()) {
      return 0;
    }
    found = spareList;
    for (GuestRegistration each : taken) {
      each.handle();
    }
    int count = taken.size();
    taken.clear();
    spareList = taken;
    return count;
  }

  @Override
  public void wakeup() {
    seat().wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> kind) {
    return NioIoHandle.class.isAssignableFrom(kind);
  }

  /** The event loop shuts down: its channels are closed. */
  @Override
  public void prepareToDestroy() {
    for (GuestRegistration each : new ArrayList<>(registrations)) {
      each.close();
    }
  }
}
