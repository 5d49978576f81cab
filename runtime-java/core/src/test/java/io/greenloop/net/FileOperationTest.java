package io.greenloop.net;

import static io.greenloop.Aio.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.reactor.Completion;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files through a proactor. */
class FileOperationTest {
  @TempDir private Path folder;

  private static final class End implements Completion<Integer> {
    final Promise<Integer> promise = EventLoop.current().newPromise();

    @Override
    public void completed(Integer count) {
      promise.complete(count);
    }

    @Override
    public void failed(IOException cause) {
      promise.completeExceptionally(cause);
    }
  }

  @Test
  void writesAndReadsAtPositions(TestLoop t) throws IOException {
    Path path = folder.resolve("file");
    try (var file =
        AsynchronousFileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      t.run(
          () -> {
            var proactor = EventLoop.current().asynchronousProactor();
            var first = new End();
            var second = new End();
            proactor.write(file, 0, Loopback.bytes("one "), first);
            proactor.write(file, 4, Loopback.bytes("two"), second);
            assertThat(first.promise.join()).isEqualTo(4);
            assertThat(second.promise.join()).isEqualTo(3);

            var target = ByteBuffer.allocate(16);
            var read = new End();
            proactor.read(file, 2, target, read);
            assertThat(read.promise.join()).isEqualTo(5);
            assertThat(Loopback.text(target)).isEqualTo("e two");

            var atEnd = new End();
            proactor.read(file, 7, target, atEnd);
            assertThat(atEnd.promise.join()).isEqualTo(-1);
            assertThat(LoopThread.currentLoop().outsideJobs()).isZero();
          });
    }

    assertThat(Files.readString(path)).isEqualTo("one two");
  }

  @Test
  void aCancelledReadFailsOnceItIsDoneWithTheBuffer() throws IOException {
    Path path = folder.resolve("file");
    Files.writeString(path, "text");
    try (var file = AsynchronousFileChannel.open(path)) {
      run(
          () -> {
            var end = new End();
            var operation =
                EventLoop.current()
                    .asynchronousProactor()
                    .read(file, 0, ByteBuffer.allocate(4), end);

            assertThat(operation.cancel()).isTrue();
            assertThat(operation.cancel()).isFalse();

            assertThatThrownBy(end.promise::join)
                .isInstanceOf(InterruptedIOException.class)
                .hasMessage("read on " + file + ": cancelled");
          });
    }
  }

  @Test
  void aWriteOfWhichTheSystemTakesAPartGoesOnBehindIt() {
    var file = new SlowFile();
    run(
        () -> {
          var end = new End();
          EventLoop.current().asynchronousProactor().write(file, 10, Loopback.bytes("abc"), end);
          for (int i = 0; i < 3; i++) {
            file.goOn();
          }

          assertThat(end.promise.join()).isEqualTo(3);
          assertThat(file.written).containsExactly("a at 10", "b at 11", "c at 12");
        });
  }

  @Test
  void aWriteIsCancelledBetweenTwoParts() {
    var file = new SlowFile();
    run(
        () -> {
          var end = new End();
          ByteBuffer source = Loopback.bytes("abc");
          var operation = EventLoop.current().asynchronousProactor().write(file, 0, source, end);
          operation.cancel();
          file.goOn();

          assertThatThrownBy(end.promise::join)
              .isInstanceOf(InterruptedIOException.class)
              .hasMessage("write on " + file + ": cancelled");
          assertThat(file.written).containsExactly("a at 0");
          assertThat(source.position()).isEqualTo(1);
        });
  }

  @Test
  void aBufferWhoseMemoryEndsBetweenTwoPartsFailsItsWrite() {
    var file = new SlowFile();
    run(
        () -> {
          var end = new End();
          try (var arena = Arena.ofShared()) {
            ByteBuffer source = arena.allocate(3).asByteBuffer();
            EventLoop.current().asynchronousProactor().write(file, 0, source, end);
          }
          file.goOn();

          assertThatThrownBy(end.promise::join)
              .isInstanceOf(IOException.class)
              .hasMessage("write on " + file + ": the buffer was changed meanwhile")
              .hasCauseInstanceOf(IllegalStateException.class);
          assertThat(LoopThread.currentLoop().outsideJobs()).isZero();
        });
  }

  /** Takes one byte at a time, and says so when a test wants it. */
  private static final class SlowFile extends AsynchronousFileChannel {
    final List<String> written = new ArrayList<>();
    private @Nullable Runnable pending;

    /** Tells of the end of the last call, and waits until the loop has heard of it. */
    void goOn() {
      pending.run();
      Talk.turns(3);
    }

    @Override
    public <A> void write(
        ByteBuffer source,
        long position,
        A attachment,
        CompletionHandler<Integer, ? super A> handler) {
      written.add((char) source.get() + " at " + position);
      pending = () -> handler.completed(1, attachment);
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}

    @Override
    public long size() {
      throw new UnsupportedOperationException();
    }

    @Override
    public AsynchronousFileChannel truncate(long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void force(boolean metaData) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <A> void lock(
        long position,
        long size,
        boolean shared,
        A attachment,
        CompletionHandler<FileLock, ? super A> handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<FileLock> lock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <A> void read(
        ByteBuffer target,
        long position,
        A attachment,
        CompletionHandler<Integer, ? super A> handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<Integer> read(ByteBuffer target, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<Integer> write(ByteBuffer source, long position) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void aFileThatIsNotOpenForItFailsTheOperation() throws IOException {
    Path path = folder.resolve("file");
    Files.writeString(path, "text");
    try (var file = AsynchronousFileChannel.open(path)) {
      run(
          () -> {
            var end = new End();
            EventLoop.current().asynchronousProactor().write(file, 0, Loopback.bytes("x"), end);

            assertThatThrownBy(end.promise::join)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("NonWritableChannelException");
          });
    }
  }
}
