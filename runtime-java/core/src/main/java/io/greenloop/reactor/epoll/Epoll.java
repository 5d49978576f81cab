package io.greenloop.reactor.epoll;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of one engine, with the memory that they write to. Carrier room, but for the
 * static ones.
 *
 * <p>Calls that cannot block are linked as {@code critical}: the thread stays in its Java state,
 * which saves the transition and holds up a garbage collection for as long as the call takes.
 */
@SuppressWarnings("restricted") // opened only where native access is enabled
final class Epoll {
  static final int IN = 0x001;
  static final int OUT = 0x004;
  static final int ERR = 0x008;
  static final int HUP = 0x010;
  static final int EDGE = 1 << 31;

  static final int ADD = 1;
  static final int DEL = 2;
  static final int MOD = 3;

  private static final int CLOSE_ON_EXEC = 0x80000; // the same for epoll_create1 and eventfd
  private static final int NON_BLOCKING = 0x800;

  private static final int EINTR = 4;
  private static final int EMFILE = 24;
  private static final int ENFILE = 23;
  private static final int ENOSPC = 28;

  /** struct epoll_event: packed on x86-64, so that 32-bit programs see the same. */
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

  private static final long EVENT_SIZE = PACKED ? 12 : 16;
  private static final long DATA_OFFSET = PACKED ? 4 : 8;
  private static final int BATCH = 512;

  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle CREATE =
      quick("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle CONTROL =
      quick("epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  private static final FunctionDescriptor WAIT_TYPE =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle WAIT_NOT = quick("epoll_wait", WAIT_TYPE);
  private static final MethodHandle WAIT =
      link("epoll_wait", WAIT_TYPE, Linker.Option.captureCallState("errno"));
  private static final FunctionDescriptor WAIT_NANOS_TYPE =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle EVENTFD =
      quick("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SIGNAL =
      quick("eventfd_write", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle CLOSE =
      quick("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  /** epoll_pwait2, which counts in nanoseconds: Linux 5.11 and glibc 2.35; null without. */
  private static final @Nullable MethodHandle WAIT_NANOS = findWaitNanos();

  // Freed by the garbage collector: an engine is opened on one thread and used on another.
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment captured = arena.allocate(CAPTURED);
  private final MemorySegment event = arena.allocate(EVENT_SIZE, Long.BYTES);
  private final MemorySegment events = arena.allocate(EVENT_SIZE * BATCH, Long.BYTES);
  private final MemorySegment timespec = arena.allocate(2L * Long.BYTES, Long.BYTES);
  private final int descriptor;

  Epoll() throws IOException {
    try {
      descriptor = checked("epoll_create1", (int) CREATE.invokeExact(captured, CLOSE_ON_EXEC));
    } catch (Throwable e) {
      throw passed(e);
    }
  }

  // ---- the interest list -------------------------------------------------------------------

  /** Changes the interest list; {@code tag} comes back with each event. */
  void control(int operation, int fd, int interest, long tag) throws IOException {
    event.set(JAVA_INT_UNALIGNED, 0, interest);
    event.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, tag);
    try {
      checked("epoll_ctl", (int) CONTROL.invokeExact(captured, descriptor, operation, fd, event));
    } catch (Throwable e) {
      throw passed(e);
    }
  }

  // ---- waiting -----------------------------------------------------------------------------

  /** How many events there are now. */
  int poll() throws IOException {
    try {
      int found = (int) WAIT_NOT.invokeExact(captured, descriptor, events, BATCH, 0);
      return found < 0 && errno() == EINTR ? 0 : checked("epoll_wait", found);
    } catch (Throwable e) {
      throw passed(e);
    }
  }

  /** Waits for events, at most {@code nanos}; {@link Long#MAX_VALUE}: without limit. */
  int await(long nanos) throws IOException {
    long left = nanos;
    long start = System.nanoTime();
    try {
      for (; ; ) {
        int found = awaitOnce(left);
        if (found >= 0 || errno() != EINTR) {
          return checked("epoll_wait", found);
        }
        if (nanos != Long.MAX_VALUE) {
          left = Math.max(0, nanos - (System.nanoTime() - start));
        }
      }
    } catch (Throwable e) {
      throw passed(e);
    }
  }

  private int awaitOnce(long nanos) throws Throwable {
    if (nanos == Long.MAX_VALUE) {
      return (int) WAIT.invokeExact(captured, descriptor, events, BATCH, -1);
    }
    MethodHandle precise = WAIT_NANOS;
    if (precise == null) {
      return (int) WAIT.invokeExact(captured, descriptor, events, BATCH, toMillisRoundedUp(nanos));
    }
    timespec.set(JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
    timespec.set(JAVA_LONG, Long.BYTES, nanos % NANOS_PER_SECOND);
    return (int)
        precise.invokeExact(captured, descriptor, events, BATCH, timespec, MemorySegment.NULL);
  }

  static int toMillisRoundedUp(long nanos) {
    long millis = nanos / NANOS_PER_MILLI + (nanos % NANOS_PER_MILLI == 0 ? 0 : 1);
    return (int) Math.min(Integer.MAX_VALUE, millis);
  }

  /** What is ready, of event {@code index} of the last wait. */
  int readyOf(int index) {
    return events.get(JAVA_INT_UNALIGNED, index * EVENT_SIZE);
  }

  /** The tag of event {@code index} of the last wait. */
  long tagOf(int index) {
    return events.get(JAVA_LONG_UNALIGNED, index * EVENT_SIZE + DATA_OFFSET);
  }

  void close() {
    close(descriptor);
  }

  // ---- eventfd -----------------------------------------------------------------------------

  /** A descriptor that {@link #signal} makes readable. */
  int newEventDescriptor() throws IOException {
    try {
      return checked(
          "eventfd", (int) EVENTFD.invokeExact(captured, 0, CLOSE_ON_EXEC | NON_BLOCKING));
    } catch (Throwable e) {
      throw passed(e);
    }
  }

  /** Makes {@code fd} readable. Any thread. */
  static void signal(int fd, MemorySegment captured) {
    try {
      int ignored = (int) SIGNAL.invokeExact(captured, fd, 1L); // fails only if it is so already
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Closes {@code fd}. Any thread. */
  static void close(int fd) {
    try (Arena scratch = Arena.ofConfined()) {
      int ignored = (int) CLOSE.invokeExact(scratch.allocate(CAPTURED), fd);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  // ---- whether it works here ---------------------------------------------------------------

  /**
   * Sends two events through the kernel and looks whether they come back where our layout has them.
   *
   * @throws IOException if a call fails or the layout is another one
   */
  static void check() throws IOException {
    var epoll = new Epoll();
    int first = -1;
    int second = -1;
    try {
      first = epoll.newEventDescriptor();
      second = epoll.newEventDescriptor();
      long[] tags = {0x0102030405060708L, 0x1112131415161718L};
      epoll.control(ADD, first, IN, tags[0]);
      epoll.control(ADD, second, IN, tags[1]);
      signal(first, epoll.captured);
      signal(second, epoll.captured);
      List<String> found = new ArrayList<>();
      int count = epoll.await(NANOS_PER_MILLI);
      for (int i = 0; i < count; i++) {
        found.add(epoll.readyOf(i) + " " + epoll.tagOf(i));
      }
      List<String> wanted = List.of(IN + " " + tags[0], IN + " " + tags[1]);
      if (!found.equals(wanted)) {
        throw new IOException("struct epoll_event has another layout here: " + found);
      }
    } finally {
      epoll.close();
      closeIfOpen(first);
      closeIfOpen(second);
    }
  }

  private static void closeIfOpen(int fd) {
    if (fd >= 0) {
      close(fd);
    }
  }

  private static @Nullable MethodHandle findWaitNanos() {
    if (LINKER.defaultLookup().find("epoll_pwait2").isEmpty()) {
      return null;
    }
    MethodHandle handle =
        link("epoll_pwait2", WAIT_NANOS_TYPE, Linker.Option.captureCallState("errno"));
    try (Arena scratch = Arena.ofConfined()) {
      int epoll = (int) CREATE.invokeExact(scratch.allocate(CAPTURED), CLOSE_ON_EXEC);
      MemorySegment room = scratch.allocate(EVENT_SIZE, Long.BYTES);
      MemorySegment noTime = scratch.allocate(2L * Long.BYTES, Long.BYTES);
      int found =
          (int)
              handle.invokeExact(
                  scratch.allocate(CAPTURED), epoll, room, 1, noTime, MemorySegment.NULL);
      close(epoll);
      return found == 0 ? handle : null; // an older kernel, or a sandbox
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  // ---- linking and errors ------------------------------------------------------------------

  private static MethodHandle quick(String name, FunctionDescriptor type) {
    return link(name, type, Linker.Option.captureCallState("errno"), Linker.Option.critical(false));
  }

  private static MethodHandle link(String name, FunctionDescriptor type, Linker.Option... options) {
    MemorySegment symbol =
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name));
    return LINKER.downcallHandle(symbol, type, options);
  }

  static MemorySegment newCapture(Arena arena) {
    return arena.allocate(CAPTURED);
  }

  private int errno() {
    return (int) ERRNO.get(captured, 0L);
  }

  private int checked(String call, int result) throws IOException {
    if (result >= 0) {
      return result;
    }
    int errno = errno();
    String reason =
        switch (errno) {
          case EMFILE, ENFILE -> "Too many open files";
          case ENOSPC -> "the limit fs.epoll.max_user_watches is reached";
          default -> "error " + errno;
        };
    throw new IOException(call + ": " + reason);
  }

  private static IOException passed(Throwable e) {
    return e instanceof IOException io ? io : new IOException(unexpected(e));
  }

  private static RuntimeException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
  }
}
