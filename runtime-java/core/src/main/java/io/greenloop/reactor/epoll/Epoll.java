package io.greenloop.reactor.epoll;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.greenloop.reactor.linux.CLibrary;
import io.greenloop.reactor.linux.PollEvents;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of one engine, with the memory that they write to. Carrier room, but for the
 * static ones.
 */
@SuppressWarnings("restricted") // opened only where native access is enabled
final class Epoll {
  static final int EDGE = 1 << 31;

  static final int ADD = 1;
  static final int DEL = 2;
  static final int MOD = 3;

  private static final long CLOSE_ON_EXEC = 0x80000;
  private static final int ENOSPC = 28;

  /** struct epoll_event: packed on x86-64, so that 32-bit programs see the same. */
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

  private static final long EVENT_SIZE = PACKED ? 12 : 16;
  private static final long DATA_OFFSET = PACKED ? 4 : 8;
  private static final long BATCH = 512;

  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private static final MethodHandle CREATE = CLibrary.quick("epoll_create1");
  private static final MethodHandle CONTROL = CLibrary.quick("epoll_ctl");
  private static final MethodHandle WAIT_NOT = CLibrary.quick("epoll_wait");
  private static final MethodHandle WAIT = CLibrary.link("epoll_wait");

  /** epoll_pwait2, which counts in nanoseconds: Linux 5.11 and glibc 2.35; null without. */
  private static final @Nullable MethodHandle WAIT_NANOS = findWaitNanos();

  // Freed by the garbage collector: an engine is opened on one thread and used on another.
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment captured = CLibrary.newCapture(arena);
  private final MemorySegment event = arena.allocate(EVENT_SIZE, Long.BYTES);
  private final MemorySegment events = arena.allocate(EVENT_SIZE * BATCH, Long.BYTES);
  private final MemorySegment timespec = arena.allocate(2L * Long.BYTES, Long.BYTES);
  private final int descriptor;

  Epoll() throws IOException {
    try {
      descriptor =
          checked(
              "epoll_create1",
              (int) (long) CREATE.invokeExact(captured, CLOSE_ON_EXEC, 0L, 0L, 0L));
    } catch (Throwable e) {
      throw CLibrary.passed(e);
    }
  }

  // ---- the interest list -------------------------------------------------------------------

  /** Changes the interest list; {@code tag} comes back with each event. */
  void control(int operation, int fd, int interest, long tag) throws IOException {
    event.set(JAVA_INT_UNALIGNED, 0, interest);
    event.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, tag);
    try {
      checked(
          "epoll_ctl",
          (int)
              (long)
                  CONTROL.invokeExact(
                      captured, (long) descriptor, (long) operation, (long) fd, event.address()));
    } catch (Throwable e) {
      throw CLibrary.passed(e);
    }
  }

  // ---- waiting -----------------------------------------------------------------------------

  /** How many events there are now. */
  int poll() throws IOException {
    try {
      int found =
          (int)
              (long) WAIT_NOT.invokeExact(captured, (long) descriptor, events.address(), BATCH, 0L);
      return found < 0 && errno() == CLibrary.EINTR ? 0 : checked("epoll_wait", found);
    } catch (Throwable e) {
      throw CLibrary.passed(e);
    }
  }

  /** Waits for events, at most {@code nanos}; {@link Long#MAX_VALUE}: without limit. */
  int await(long nanos) throws IOException {
    long left = nanos;
    long start = System.nanoTime();
    try {
      for (; ; ) {
        int found = awaitOnce(left);
        if (found >= 0 || errno() != CLibrary.EINTR) {
          return checked("epoll_wait", found);
        }
        if (nanos != Long.MAX_VALUE) {
          left = Math.max(0, nanos - (System.nanoTime() - start));
        }
      }
    } catch (Throwable e) {
      throw CLibrary.passed(e);
    }
  }

  private int awaitOnce(long nanos) throws Throwable {
    if (nanos == Long.MAX_VALUE) {
      return awaitMillis(-1);
    }
    MethodHandle precise = WAIT_NANOS;
    if (precise == null) {
      return awaitMillis(toMillisRoundedUp(nanos));
    }
    timespec.set(JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
    timespec.set(JAVA_LONG, Long.BYTES, nanos % NANOS_PER_SECOND);
    return (int)
        (long)
            precise.invokeExact(
                captured, (long) descriptor, events.address(), BATCH, timespec.address(), 0L);
  }

  private int awaitMillis(long millis) throws Throwable {
    return (int)
        (long) WAIT.invokeExact(captured, (long) descriptor, events.address(), BATCH, millis, 0L);
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
    CLibrary.close(descriptor);
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
      first = CLibrary.newEventDescriptor();
      second = CLibrary.newEventDescriptor();
      long[] tags = {0x0102030405060708L, 0x1112131415161718L};
      epoll.control(ADD, first, PollEvents.IN, tags[0]);
      epoll.control(ADD, second, PollEvents.IN, tags[1]);
      CLibrary.signal(first, epoll.captured);
      CLibrary.signal(second, epoll.captured);
      List<String> found = new ArrayList<>();
      int count = epoll.await(NANOS_PER_MILLI);
      for (int i = 0; i < count; i++) {
        found.add(epoll.readyOf(i) + " " + epoll.tagOf(i));
      }
      List<String> wanted = List.of(PollEvents.IN + " " + tags[0], PollEvents.IN + " " + tags[1]);
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
      CLibrary.close(fd);
    }
  }

  private static @Nullable MethodHandle findWaitNanos() {
    if (!CLibrary.has("epoll_pwait2")) {
      return null;
    }
    MethodHandle handle = CLibrary.link("epoll_pwait2");
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment captured = CLibrary.newCapture(scratch);
      long epoll = (long) CREATE.invokeExact(captured, CLOSE_ON_EXEC, 0L, 0L, 0L);
      MemorySegment room = scratch.allocate(EVENT_SIZE, Long.BYTES);
      MemorySegment noTime = scratch.allocate(2L * Long.BYTES, Long.BYTES);
      int found =
          (int)
              (long) handle.invokeExact(captured, epoll, room.address(), 1L, noTime.address(), 0L);
      CLibrary.close((int) epoll);
      return found == 0 ? handle : null; // an older kernel, or a sandbox
    } catch (Throwable e) {
      throw CLibrary.unexpected(e);
    }
  }

  // ---- errors ------------------------------------------------------------------------------

  private int errno() {
    return CLibrary.errno(captured);
  }

  private int checked(String call, int result) throws IOException {
    if (result < 0 && errno() == ENOSPC) {
      throw new IOException(call + ": the limit fs.epoll.max_user_watches is reached");
    }
    return CLibrary.checked(call, result, captured);
  }
}
