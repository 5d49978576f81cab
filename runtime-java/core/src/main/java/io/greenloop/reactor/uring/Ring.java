package io.greenloop.reactor.uring;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.greenloop.reactor.linux.CLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The two rings that are shared with the kernel, and the system calls about them.
 *
 * <p>Made by any thread; from the first {@link #ask} or {@link #await} on it belongs to the thread
 * that called that, which is the only one that submits. The kernel does its part of the work when
 * that thread enters it, and at no other time (DEFER_TASKRUN): so nothing ends between two calls of
 * this class.
 */
@SuppressWarnings("restricted") // opened only where native access is enabled
class Ring {
  static final int OP_POLL_ADD = 6;
  static final int OP_CANCEL = 14;
  static final int OP_SEND = 26;
  static final int OP_RECEIVE = 27;

  /** For {@link #OP_RECEIVE}, above the flags: waits before it tries. */
  static final int POLL_FIRST = 1;

  /** Where what an operation takes as {@code ioprio} stands in the flags of a submission. */
  static final int PRIORITY_SHIFT = 8;

  /** More completions of the same submission follow. */
  static final int MORE = 1 << 1;

  /** For {@link #OP_POLL_ADD}: reports each event, not only the first. */
  static final int POLL_MULTI = 1;

  /** No completion for a submission that went well. */
  static final int SKIP_SUCCESS = 1 << 6;

  /** In place of a descriptor: where none is needed, or for an operation that is to fail. */
  static final int NO_DESCRIPTOR = -1;

  static final int ECANCELED = 125;

  private static final long SYS_SETUP = 425; // the same on every architecture that has them
  private static final long SYS_ENTER = 426;
  private static final long SYS_REGISTER = 427;

  private static final int SETUP_CQSIZE = 1 << 3;
  private static final int SETUP_R_DISABLED = 1 << 6;
  private static final int SETUP_SUBMIT_ALL = 1 << 7;
  private static final int SETUP_COOP_TASKRUN = 1 << 8;
  private static final int SETUP_TASKRUN_FLAG = 1 << 9;
  private static final int SETUP_SINGLE_ISSUER = 1 << 12;
  private static final int SETUP_DEFER_TASKRUN = 1 << 13;
  private static final int SETUP =
      SETUP_CQSIZE
          | SETUP_R_DISABLED // until the loop's thread enables it, and so becomes its issuer
          | SETUP_SUBMIT_ALL
          | SETUP_COOP_TASKRUN
          | SETUP_TASKRUN_FLAG
          | SETUP_SINGLE_ISSUER
          | SETUP_DEFER_TASKRUN;

  private static final int FEAT_SINGLE_MMAP = 1;
  private static final int FEAT_NODROP = 1 << 1;
  private static final int FEAT_EXT_ARG = 1 << 8;
  private static final int FEAT_CQE_SKIP = 1 << 11;
  private static final int FEATURES = FEAT_SINGLE_MMAP | FEAT_NODROP | FEAT_EXT_ARG | FEAT_CQE_SKIP;

  private static final int REGISTER_ENABLE_RINGS = 12;

  private static final int ENTER_GETEVENTS = 1;
  private static final int ENTER_EXT_ARG = 1 << 3;

  /** In the flags of the submission ring: the kernel has work that waits for us to enter it. */
  private static final int SQ_CQ_OVERFLOW = 1 << 1;

  private static final int SQ_TASKRUN = 1 << 2;

  static final int EAGAIN = 11;
  private static final int EBUSY = 16;
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int ENOMEM = 12;
  private static final int EINVAL = 22;
  private static final int ETIME = 62;

  private static final long OFFSET_RINGS = 0;
  private static final long OFFSET_ENTRIES = 0x10000000L;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED_POPULATE = 0x8001;

  // struct io_uring_params, and the two structs of offsets in it
  private static final long PARAMS_SIZE = 120;
  private static final long PARAMS_CQ_ENTRIES = 4;
  private static final long PARAMS_FLAGS = 8;
  private static final long PARAMS_FEATURES = 20;
  private static final long PARAMS_SQ = 40;
  private static final long PARAMS_CQ = 80;

  private static final long SUBMISSION_SIZE = 64;
  private static final long COMPLETION_SIZE = 16;

  private static final int SUBMISSIONS = 512;
  private static final int COMPLETIONS = 4096;

  private static final int HALF_FULL = COMPLETIONS / 2;

  /** Enough for a ring half full. */
  private static final int MOST_CALLS = 100;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /** Before the kernel, which lacks memory, is asked again. */
  private static final long BREATH_NANOS = 1_000_000;

  private static final int MOST_BREATHS = 100;

  private static final Linker.Option VARIADIC = Linker.Option.firstVariadicArg(1);
  private static final MethodHandle SETUP_CALL =
      CLibrary.quick(
          "syscall", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS), VARIADIC);
  private static final MethodHandle REGISTER_CALL =
      CLibrary.quick(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG),
          VARIADIC);
  private static final FunctionDescriptor ENTER_TYPE =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
  private static final MethodHandle ENTER = CLibrary.quick("syscall", ENTER_TYPE, VARIADIC);
  private static final MethodHandle WAIT = CLibrary.link("syscall", ENTER_TYPE, VARIADIC);
  private static final MethodHandle MAP =
      CLibrary.quick(
          "mmap",
          FunctionDescriptor.of(
              ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle UNMAP =
      CLibrary.quick("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

  private static final VarHandle INT = JAVA_INT.varHandle();

  private static final long ARGUMENT_SIZE = 24; // struct io_uring_getevents_arg
  private static final long ARGUMENT_TIME = 16;

  // Freed by the garbage collector: an engine is opened on one thread and used on another.
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment captured = CLibrary.newCapture(arena);
  private final MemorySegment timespec = arena.allocate(2L * Long.BYTES, Long.BYTES);
  private final MemorySegment argument = arena.allocate(ARGUMENT_SIZE, Long.BYTES);

  private final int descriptor;
  private final MemorySegment rings;
  private final MemorySegment entries;

  private final long submissionTailAt;
  private final long submissionHeadAt;
  private final long submissionFlagsAt;
  private final int submissionMask;
  private final long completionHeadAt;
  private final long completionTailAt;
  private final long completionsAt;
  private final int completionMask;

  private @Nullable Thread owner;
  private int submissionTail;

  /** Submissions that the kernel has not seen yet. */
  private int pending;

  private int completionHead;

  /**
   * Asks the kernel for two rings.
   *
   * @throws IOException if it refuses, or lacks something that is needed
   */
  Ring() throws IOException {
    try {
      MemorySegment params = arena.allocate(PARAMS_SIZE, Long.BYTES);
      params.set(JAVA_INT, PARAMS_FLAGS, SETUP);
      params.set(JAVA_INT, PARAMS_CQ_ENTRIES, COMPLETIONS);
      descriptor =
          checked(
              "io_uring_setup",
              (long) SETUP_CALL.invokeExact(captured, SYS_SETUP, (long) SUBMISSIONS, params));
      MemorySegment mapped = MemorySegment.NULL;
      try {
        int features = params.get(JAVA_INT, PARAMS_FEATURES);
        if ((features & FEATURES) != FEATURES) {
          throw new IOException("the kernel is too old (features " + features + ")");
        }
        int submissions = params.get(JAVA_INT, 0);
        int completions = params.get(JAVA_INT, PARAMS_CQ_ENTRIES);
        submissionHeadAt = offset(params, PARAMS_SQ, 0);
        submissionTailAt = offset(params, PARAMS_SQ, 1);
        submissionMask = submissions - 1;
        submissionFlagsAt = offset(params, PARAMS_SQ, 4);
        long arrayAt = offset(params, PARAMS_SQ, 6);
        completionHeadAt = offset(params, PARAMS_CQ, 0);
        completionTailAt = offset(params, PARAMS_CQ, 1);
        completionMask = completions - 1;
        completionsAt = offset(params, PARAMS_CQ, 5);
        long ringsSize =
            Math.max(
                arrayAt + (long) submissions * Integer.BYTES,
                completionsAt + completions * COMPLETION_SIZE);
        mapped = map(ringsSize, OFFSET_RINGS);
        rings = mapped;
        entries = map(submissions * SUBMISSION_SIZE, OFFSET_ENTRIES);
        for (int i = 0; i < submissions; i++) {
          rings.set(JAVA_INT, arrayAt + (long) i * Integer.BYTES, i);
        }
      } catch (Throwable e) {
        unmap(mapped);
        CLibrary.close(descriptor);
        throw e;
      }
    } catch (Throwable e) {
      throw CLibrary.passed(e);
    }
    argument.set(ADDRESS, ARGUMENT_TIME, timespec);
  }

  private static long offset(MemorySegment params, long struct, int index) {
    return Integer.toUnsignedLong(params.get(JAVA_INT, struct + (long) index * Integer.BYTES));
  }

  private MemorySegment map(long size, long offset) throws Throwable {
    MemorySegment found =
        (MemorySegment)
            MAP.invokeExact(
                captured,
                MemorySegment.NULL,
                size,
                PROT_READ_WRITE,
                MAP_SHARED_POPULATE,
                descriptor,
                offset);
    if (found.address() == -1) {
      throw CLibrary.failed("mmap", CLibrary.errno(captured));
    }
    return found.reinterpret(size);
  }

  private void unmap(MemorySegment mapped) throws Throwable {
    if (mapped.address() != 0) {
      int ignored = (int) UNMAP.invokeExact(captured, mapped, mapped.byteSize());
    }
  }

  /** Makes the calling thread the one that submits, if there is none yet. */
  private void enable() throws IOException {
    if (owner != null) {
      return;
    }
    try {
      checked(
          "io_uring_register",
          (long)
              REGISTER_CALL.invokeExact(
                  captured,
                  SYS_REGISTER,
                  (long) descriptor,
                  (long) REGISTER_ENABLE_RINGS,
                  MemorySegment.NULL,
                  0L));
    } catch (Throwable e) {
      throw CLibrary.passed(e);
    }
    owner = Thread.currentThread();
  }

  /** Whether the calling thread is the one that submits. */
  boolean isCallers() {
    return owner == Thread.currentThread();
  }

  // ---- submitting --------------------------------------------------------------------------

  /**
   * Notes one submission; the kernel sees it at the next {@link #ask} or {@link #await}.
   *
   * @param flags of the submission, and what the operation takes as {@code ioprio} above them
   * @param tag comes back with each completion
   */
  void submit(
      int operation,
      int flags,
      int fd,
      long offset,
      long address,
      int length,
      int opFlags,
      long tag)
      throws IOException {
    if (pending > submissionMask) {
      makeRoom();
    }
    long at = (submissionTail & submissionMask) * SUBMISSION_SIZE;
    entries.set(JAVA_LONG, at, operation | ((long) flags << 8) | ((long) fd << 32));
    entries.set(JAVA_LONG, at + 8, offset);
    entries.set(JAVA_LONG, at + 16, address);
    entries.set(JAVA_LONG, at + 24, Integer.toUnsignedLong(length) | ((long) opFlags << 32));
    entries.set(JAVA_LONG, at + 32, tag);
    entries.set(JAVA_LONG, at + 40, 0);
    entries.set(JAVA_LONG, at + 48, 0);
    entries.set(JAVA_LONG, at + 56, 0);
    submissionTail++;
    pending++;
    INT.setRelease(rings, submissionTailAt, submissionTail);
  }

  /**
   * {@code fd} will be somebody else's: submissions that name it, and that the kernel has not seen
   * yet because it was short of memory, fail.
   */
  void disown(int fd) {
    for (int i = submissionTail - pending; i != submissionTail; i++) {
      long at = (i & submissionMask) * SUBMISSION_SIZE + Integer.BYTES;
      if (entries.get(JAVA_INT, at) == fd) {
        entries.set(JAVA_INT, at, NO_DESCRIPTOR);
      }
    }
  }

  private void makeRoom() throws IOException {
    ask();
    for (int breaths = 0; pending > submissionMask; breaths++) {
      if (breaths == MOST_BREATHS) {
        throw new IOException("io_uring_enter: the kernel takes no more submissions");
      }
      handed(enterAndWait(0, BREATH_NANOS));
      ask();
    }
  }

  /**
   * Hands over what was noted, and takes all that is done; a system call only if there is a need.
   */
  int ask() throws IOException {
    enable();
    if (pending > 0) {
      handed(enter(pending));
    }
    return takeRest();
  }

  /**
   * Takes what else is done. The kernel brings only some twenty of the completions that it has put
   * off with a call, and the others would wait behind submissions that are done at once.
   */
  private int takeRest() throws IOException {
    for (int calls = 0; calls < MOST_CALLS && hasWork() && completions() <= HALF_FULL; calls++) {
      handed(enter(0));
    }
    return completions();
  }

  private boolean hasWork() {
    return ((int) INT.getAcquire(rings, submissionFlagsAt) & (SQ_TASKRUN | SQ_CQ_OVERFLOW)) != 0;
  }

  /** {@link #ask}, and waits for a completion; at most {@code nanos}, or without limit. */
  int await(long nanos) throws IOException {
    enable();
    long left = nanos;
    long start = System.nanoTime();
    for (; ; ) {
      int found = completions();
      if (found > 0 || left <= 0) {
        return pending > 0 ? ask() : takeRest();
      }
      int result = enterAndWait(pending, left);
      handed(result);
      if (result == -EAGAIN) { // it returns at once then
        handed(enterAndWait(0, Math.min(left, BREATH_NANOS)));
      }
      if (nanos != Long.MAX_VALUE) {
        left = nanos - (System.nanoTime() - start);
      }
    }
  }

  // ---- the system call -------------------------------------------------------------------------

  /**
   * Hands over {@code submissions}, and does not wait. A test may have it fail.
   *
   * @return how many were taken, or a negative errno
   */
  int enter(int submissions) {
    try {
      return result(
          (long)
              ENTER.invokeExact(
                  captured,
                  SYS_ENTER,
                  (long) descriptor,
                  (long) submissions,
                  0L,
                  (long) ENTER_GETEVENTS,
                  MemorySegment.NULL,
                  0L));
    } catch (Throwable e) {
      throw CLibrary.unexpected(e);
    }
  }

  /** {@link #enter}, and waits for a completion; at most {@code nanos}, or without limit. */
  int enterAndWait(int submissions, long nanos) {
    boolean limited = nanos != Long.MAX_VALUE;
    if (limited) {
      timespec.set(JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
      timespec.set(JAVA_LONG, Long.BYTES, nanos % NANOS_PER_SECOND);
    }
    long flags = limited ? ENTER_GETEVENTS | ENTER_EXT_ARG : ENTER_GETEVENTS;
    MemorySegment limit = limited ? argument : MemorySegment.NULL;
    long size = limited ? ARGUMENT_SIZE : 0;
    try {
      return result(
          (long)
              WAIT.invokeExact(
                  captured,
                  SYS_ENTER,
                  (long) descriptor,
                  (long) submissions,
                  1L,
                  flags,
                  limit,
                  size));
    } catch (Throwable e) {
      throw CLibrary.unexpected(e);
    }
  }

  private int result(long returned) {
    return returned < 0 ? -CLibrary.errno(captured) : (int) returned;
  }

  /** What {@link #enter} gave. */
  private void handed(int result) throws IOException {
    if (result < 0 && !passes(-result)) {
      throw failed("io_uring_enter", -result);
    }
    pending = submissionTail - (int) INT.getAcquire(rings, submissionHeadAt);
  }

  /** Whether the call may do better soon. */
  private static boolean passes(int errno) {
    return switch (errno) {
      case CLibrary.EINTR, ETIME, EBUSY, EAGAIN -> true;
      default -> false;
    };
  }

  // ---- completions -------------------------------------------------------------------------

  /** How many completions there are. */
  private int completions() {
    return (int) INT.getAcquire(rings, completionTailAt) - completionHead;
  }

  /** The tag of the first completion. */
  long tag() {
    return rings.get(JAVA_LONG, first());
  }

  /** The result of the first completion: what the system call would give, or a negative errno. */
  int result() {
    return rings.get(JAVA_INT, first() + 8);
  }

  /** The flags of the first completion. */
  int flags() {
    return rings.get(JAVA_INT, first() + 12);
  }

  private long first() {
    return completionsAt + (completionHead & completionMask) * COMPLETION_SIZE;
  }

  /** Gives the place of the first completion back. */
  void next() {
    completionHead++;
    INT.setRelease(rings, completionHeadAt, completionHead);
  }

  // ---- the rest ----------------------------------------------------------------------------

  /** Releases it; nobody may use it any more. */
  void close() {
    try {
      unmap(rings);
      unmap(entries);
    } catch (Throwable e) {
      throw CLibrary.unexpected(e);
    }
    CLibrary.close(descriptor);
  }

  private int checked(String call, long result) throws IOException {
    if (result < 0) {
      throw failed(call, CLibrary.errno(captured));
    }
    return (int) result;
  }

  private static IOException failed(String call, int errno) {
    String reason =
        switch (errno) {
          case EPERM -> "not permitted: see /proc/sys/kernel/io_uring_disabled";
          case ENOSYS -> "the kernel, or a sandbox, has no io_uring";
          case EINVAL -> "the kernel is too old (it needs Linux 6.1)";
          case ENOMEM -> "the limit of locked memory is reached";
          default -> null;
        };
    return reason == null ? CLibrary.failed(call, errno) : new IOException(call + ": " + reason);
  }
}
