package io.greenloop.reactor.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/** How the C library is called, and the calls that both engines make. Any thread. */
@SuppressWarnings("restricted") // used only where native access is enabled
public final class CLibrary {
  /** A signal came in between. */
  public static final int EINTR = 4;

  private static final int ENFILE = 23;
  private static final int EMFILE = 24;

  private static final int CLOSE_ON_EXEC = 0x80000;
  private static final int NON_BLOCKING = 0x800;
  private static final long FLAGS = CLOSE_ON_EXEC | NON_BLOCKING;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final FunctionDescriptor FOUR_WORDS =
      FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final FunctionDescriptor FIVE_WORDS = FOUR_WORDS.appendArgumentLayouts(JAVA_LONG);

  private static final MethodHandle EVENTFD = quick("eventfd");
  private static final MethodHandle SIGNAL = quick("eventfd_write");
  private static final MethodHandle CLOSE = quick("close");

  private CLibrary() {}

  // ---- linking -----------------------------------------------------------------------------

  /**
   * A function that cannot block, of up to four words: an integer or an address each. What is left
   * over is 0, and of the result only what the function declares means something: for an {@code
   * int} take the lower half.
   *
   * <p>The JDK generates a dozen classes for each shape of a call, some milliseconds at the start
   * of a program, so the calls of an engine share theirs. Linux passes words in registers, on all
   * the processors that the JDK's linker knows: the function looks at its own, and at the bits of
   * its types.
   */
  public static MethodHandle quick(String name) {
    return quick(name, FOUR_WORDS);
  }

  /** A function that may block, of up to five words: see {@link #quick(String)}. */
  public static MethodHandle link(String name) {
    return link(name, FIVE_WORDS);
  }

  /**
   * A function that cannot block, linked as {@code critical}: the thread stays in its Java state,
   * which saves the transition and holds up a garbage collection for as long as the call takes. Its
   * first argument is a {@linkplain #newCapture capture} of errno.
   */
  public static MethodHandle quick(String name, FunctionDescriptor type, Linker.Option... options) {
    return link(name, type, with(Linker.Option.critical(false), options));
  }

  /** A function that may block; its first argument is a {@linkplain #newCapture capture}. */
  public static MethodHandle link(String name, FunctionDescriptor type, Linker.Option... options) {
    MemorySegment symbol =
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name));
    return LINKER.downcallHandle(
        symbol, type, with(Linker.Option.captureCallState("errno"), options));
  }

  private static Linker.Option[] with(Linker.Option one, Linker.Option... others) {
    Linker.Option[] all = Arrays.copyOf(others, others.length + 1);
    all[others.length] = one;
    return all;
  }

  /** Whether the C library has a function of this name. */
  public static boolean has(String name) {
    return LINKER.defaultLookup().find(name).isPresent();
  }

  // ---- errors ------------------------------------------------------------------------------

  /** Room for the errno of calls that are made one at a time. */
  public static MemorySegment newCapture(Arena arena) {
    return arena.allocate(CAPTURED);
  }

  /** The errno of the last failed call with {@code captured}. */
  public static int errno(MemorySegment captured) {
    return (int) ERRNO.get(captured, 0L);
  }

  /**
   * {@code result}, unless it says that {@code call} failed.
   *
   * @throws IOException that names the call and the reason
   */
  public static int checked(String call, int result, MemorySegment captured) throws IOException {
    if (result < 0) {
      throw failed(call, errno(captured));
    }
    return result;
  }

  /** That {@code call} failed with {@code errno}. */
  public static IOException failed(String call, int errno) {
    String reason =
        switch (errno) {
          case EMFILE, ENFILE -> "Too many open files";
          default -> "error " + errno;
        };
    return new IOException(call + ": " + reason);
  }

  /** What a method handle threw, where only an {@link IOException} is expected. */
  public static IOException passed(Throwable e) {
    return e instanceof IOException io ? io : new IOException(unexpected(e));
  }

  /** What a method handle threw, where nothing is expected. */
  public static RuntimeException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
  }

  // ---- descriptors -------------------------------------------------------------------------

  /** A descriptor that {@link #signal} makes readable. */
  public static int newEventDescriptor() throws IOException {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment captured = newCapture(scratch);
      return checked(
          "eventfd", (int) (long) EVENTFD.invokeExact(captured, 0L, FLAGS, 0L, 0L), captured);
    } catch (Throwable e) {
      throw passed(e);
    }
  }

  /** Makes {@code fd} readable. */
  public static void signal(int fd, MemorySegment captured) {
    try {
      // fails only if it is so already
      long ignored = (long) SIGNAL.invokeExact(captured, (long) fd, 1L, 0L, 0L);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Closes {@code fd}. */
  public static void close(int fd) {
    try (Arena scratch = Arena.ofConfined()) {
      long ignored = (long) CLOSE.invokeExact(newCapture(scratch), (long) fd, 0L, 0L, 0L);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }
}
