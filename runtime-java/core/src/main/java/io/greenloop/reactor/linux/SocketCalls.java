package io.greenloop.reactor.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.net.SocketException;
import java.nio.ByteBuffer;

/**
 * Reading and writing sockets past the JDK's channels, whose locks and bookkeeping cost a twelfth
 * of a small request. The calls never wait, and are linked as {@code critical}: the thread stays in
 * its Java state, and an array is used where it lies. That holds up a garbage collection meanwhile,
 * so only {@linkplain #isSmall small} buffers come here. Loop room; one thread at a time.
 */
@SuppressWarnings("restricted") // opened only where native access is enabled
final class SocketCalls {
  private static final int MOST_BYTES = 64 * 1024;

  private static final int DONT_WAIT = 0x40;
  private static final int NO_SIGNAL = 0x4000;

  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final int EPIPE = 32;
  private static final int ECONNABORTED = 103;
  private static final int ECONNRESET = 104;
  private static final int ETIMEDOUT = 110;
  private static final int EHOSTUNREACH = 113;

  private static final MethodHandle RECEIVE_DIRECT = CLibrary.quick("recv");
  private static final MethodHandle SEND_DIRECT = CLibrary.quick("send");

  /** The same for arrays; linked at the first use, if there is one. */
  private static final class OfArrays {
    static final MethodHandle RECEIVE = link("recv");
    static final MethodHandle SEND = link("send");

    private static MethodHandle link(String name) {
      return CLibrary.link(
          name,
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
          Linker.Option.critical(true));
    }
  }

  private final MemorySegment captured = CLibrary.newCapture(Arena.ofAuto());

  /** Whether {@code buffer} may be handed to the calls here. */
  static boolean isSmall(ByteBuffer buffer) {
    return buffer.remaining() <= MOST_BYTES;
  }

  /**
   * Receives what has come.
   *
   * @param target small, with room, and not read-only
   * @return how many bytes; 0: nothing yet; -1: the end
   */
  int receive(int fd, ByteBuffer target) throws IOException {
    int received = tryReceive(fd, target);
    if (received > 0) {
      target.position(target.position() + received);
      return received;
    }
    return received == 0 ? -1 : nothingUnlessFailed();
  }

  // Constant handles, each in its own method: else the compiler would not inline the calls.

  private int tryReceive(int fd, ByteBuffer target) {
    try {
      long address = DirectBuffers.address(target);
      if (address == 0) {
        MemorySegment bytes = MemorySegment.ofBuffer(target);
        return (int)
            (long) OfArrays.RECEIVE.invokeExact(captured, fd, bytes, bytes.byteSize(), DONT_WAIT);
      }
      long room = target.remaining();
      return (int)
          (long) RECEIVE_DIRECT.invokeExact(captured, (long) fd, address, room, (long) DONT_WAIT);
    } catch (Throwable e) {
      throw CLibrary.unexpected(e);
    } finally {
      Reference.reachabilityFence(target);
    }
  }

  /**
   * Sends what the system takes.
   *
   * @param source small
   * @return how many bytes
   */
  int send(int fd, ByteBuffer source) throws IOException {
    int sent = trySend(fd, source);
    if (sent < 0) {
      return nothingUnlessFailed();
    }
    source.position(source.position() + sent);
    return sent;
  }

  private int trySend(int fd, ByteBuffer source) {
    int flags = DONT_WAIT | NO_SIGNAL;
    try {
      long address = DirectBuffers.address(source);
      if (address == 0) {
        MemorySegment bytes = MemorySegment.ofBuffer(source);
        return (int) (long) OfArrays.SEND.invokeExact(captured, fd, bytes, bytes.byteSize(), flags);
      }
      long count = source.remaining();
      return (int)
          (long) SEND_DIRECT.invokeExact(captured, (long) fd, address, count, (long) flags);
    } catch (Throwable e) {
      throw CLibrary.unexpected(e);
    } finally {
      Reference.reachabilityFence(source);
    }
  }

  /** 0 if there was only nothing to do; the words are those of the JDK, which tell the kind. */
  private int nothingUnlessFailed() throws IOException {
    int errno = CLibrary.errno(captured);
    return switch (errno) {
      case EAGAIN, EINTR -> 0;
      case ECONNRESET -> throw new SocketException("Connection reset");
      case EPIPE -> throw new IOException("Broken pipe");
      case ECONNABORTED -> throw new IOException("Software caused connection abort");
      case ETIMEDOUT -> throw new IOException("Connection timed out");
      case EHOSTUNREACH -> throw new IOException("No route to host");
      default -> throw new IOException("error " + errno);
    };
  }
}
