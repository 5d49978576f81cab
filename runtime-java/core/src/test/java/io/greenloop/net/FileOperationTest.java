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
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
