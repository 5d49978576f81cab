package io.greenloop.reactor.linux;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/**
 * What the JDK's channels tell their own selectors only: the descriptor, and that the selector has
 * let go of it. Needs {@code java.lang} opened to us, as full mode does.
 */
public final class ChannelInsides {
  private static final String PACKAGE = "sun.nio.ch";
  private static final @Nullable Class<?> TYPE;
  private static final @Nullable MethodHandle DESCRIPTOR;
  private static final @Nullable MethodHandle RELEASE;
  private static final @Nullable String UNAVAILABLE;

  static {
    Class<?> type = null;
    MethodHandle descriptor = null;
    MethodHandle release = null;
    String unavailable = null;
    try {
      Module base = Object.class.getModule();
      Module here = ChannelInsides.class.getModule();
      if (!base.isExported(PACKAGE, here)) {
        var export = Module.class.getDeclaredMethod("implAddExports", String.class, Module.class);
        export.setAccessible(true);
        export.invoke(base, PACKAGE, here);
      }
      type = Class.forName(PACKAGE + ".SelChImpl");
      var lookup = MethodHandles.lookup();
      descriptor =
          lookup
              .findVirtual(type, "getFDVal", MethodType.methodType(int.class))
              .asType(MethodType.methodType(int.class, SelectableChannel.class));
      release =
          lookup
              .findVirtual(type, "kill", MethodType.methodType(void.class))
              .asType(MethodType.methodType(void.class, SelectableChannel.class));
    } catch (ReflectiveOperationException | RuntimeException e) {
      unavailable = "the descriptors of this JDK's channels cannot be reached (" + e + ")";
    }
    TYPE = type;
    DESCRIPTOR = descriptor;
    RELEASE = release;
    UNAVAILABLE = unavailable;
  }

  private ChannelInsides() {}

  /** Why this JVM does not give access, or null when it does. */
  public static @Nullable String unavailable() {
    return UNAVAILABLE;
  }

  /** Whether {@code channel} is one of the JDK's own. */
  public static boolean isKnown(SelectableChannel channel) {
    return TYPE != null && TYPE.isInstance(channel);
  }

  /** The descriptor; stays valid as long as the channel is registered with a selector. */
  public static int descriptor(SelectableChannel channel) {
    try {
      return (int) present(DESCRIPTOR).invokeExact(channel);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Closes the descriptor of a closed channel that is registered nowhere any more. */
  static void release(SelectableChannel channel) {
    try {
      present(RELEASE).invokeExact(channel);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static MethodHandle present(@Nullable MethodHandle handle) {
    if (handle == null) {
      throw new IllegalStateException(UNAVAILABLE);
    }
    return handle;
  }

  private static IllegalStateException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("a channel refused what its selector may ask", e);
  }
}
