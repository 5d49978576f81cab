package io.greenloop.reactor.linux;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where direct buffers lie. A memory segment would tell, but each one of a direct buffer makes an
 * object.
 */
public final class DirectBuffers {
  private static final @Nullable MethodHandle ADDRESS;
  private static final @Nullable MethodHandle CLEANER;
  private static final @Nullable MethodHandle ATTACHMENT;

  static {
    MethodHandle address = null;
    MethodHandle cleaner = null;
    MethodHandle attachment = null;
    if (ChannelInsides.unavailable() == null) { // it has opened the package
      try {
        Class<?> type = Class.forName("sun.nio.ch.DirectBuffer");
        var lookup = MethodHandles.lookup();
        address =
            lookup
                .unreflect(type.getMethod("address"))
                .asType(MethodType.methodType(long.class, Object.class));
        cleaner =
            lookup
                .unreflect(type.getMethod("cleaner"))
                .asType(MethodType.methodType(Object.class, Object.class));
        attachment =
            lookup
                .unreflect(type.getMethod("attachment"))
                .asType(MethodType.methodType(Object.class, Object.class));
      } catch (ReflectiveOperationException e) {
        address = null; // another JDK: its channels do it then
      }
    }
    ADDRESS = address;
    CLEANER = cleaner;
    ATTACHMENT = attachment;
  }

  private DirectBuffers() {}

  /**
   * Where the byte at the position of {@code buffer} lies, for as long as somebody can reach the
   * buffer; 0 for memory that may end before that, such as an arena's, that may move, such as an
   * array's, or where it cannot be told.
   */
  public static long address(ByteBuffer buffer) {
    MethodHandle address = ADDRESS;
    if (address == null || !buffer.isDirect()) {
      return 0;
    }
    try {
      return isOwnMemory(buffer)
          ? (long) address.invokeExact((Object) buffer) + buffer.position()
          : 0;
    } catch (Throwable e) {
      throw CLibrary.unexpected(e);
    }
  }

  /** Whether it, or the buffer that it is a part of, frees its memory when it is collected. */
  private static boolean isOwnMemory(ByteBuffer buffer) throws Throwable {
    return frees(buffer)
        || (ATTACHMENT != null
            && (Object) ATTACHMENT.invokeExact((Object) buffer) instanceof ByteBuffer whole
            && frees(whole));
  }

  private static boolean frees(ByteBuffer buffer) throws Throwable {
    return CLEANER != null && (Object) CLEANER.invokeExact((Object) buffer) != null;
  }
}
