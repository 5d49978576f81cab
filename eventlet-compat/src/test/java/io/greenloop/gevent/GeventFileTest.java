package io.greenloop.gevent;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.greenloop.gevent.GeventTextFile.Newline;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RealTime
class GeventFileTest {
  @TempDir Path folder;

  private interface ThrowingBody {
    void run() throws Exception;
  }

  private static void run(ThrowingBody body) {
    try (var t = TestLoop.real()) {
      t.run(body::run);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  // ---- pipes ---------------------------------------------------------------------------------

  @Test
  @Parity({"GE-1.14.10", "GE-1.14.11", "GE-C64"})
  void whoReadsAPipeParksUntilSomethingIsFlushedIntoIt() {
    run(
        () -> {
          Pipe pipe = Pipe.open();
          var lines = new ArrayList<String>();
          var reader =
              Gevent.spawn(
                  () -> {
                    try (var file = GeventFile.of(pipe.source())) {
                      for (byte[] line = file.readLine(); line.length > 0; ) {
                        lines.add(new String(line, UTF_8));
                        line = file.readLine();
                      }
                    }
                  });
          var writer = GeventFile.of(pipe.sink());
          writer.write(bytes("one\ntwo"));
          Gevent.sleep();
          assertThat(lines).isEmpty(); // it is in the buffer
          writer.flush();
          writer.write(bytes("\nthree"));
          writer.close(); // flushes
          writer.close();
          reader.get();
          assertThat(lines).containsExactly("one\n", "two\n", "three");
          assertThat(pipe.sink().isOpen()).isFalse();
          assertThat(writer.isClosed()).isTrue();
          assertThatThrownBy(() -> writer.write(bytes("x")))
              .isExactlyInstanceOf(IOException.class)
              .hasMessageEndingWith(": it is closed");
        });
  }

  @Test
  @Parity({"GE-1.14.10", "GE-C64"})
  void withoutABufferAWriteGoesOutAndAReadTakesWhatIsThere() {
    run(
        () -> {
          Pipe pipe = Pipe.open();
          try (var writer = GeventFile.of(0, pipe.sink());
              var reader = GeventFile.of(0, pipe.source())) {
            writer.write(bytes("now"));
            assertThat(reader.read(100)).asString(UTF_8).isEqualTo("now");
            writer.write(bytes("abcdef"));
            assertThat(reader.readSome(2)).asString(UTF_8).isEqualTo("ab");
            assertThat(reader.read(100)).asString(UTF_8).isEqualTo("cdef");
          }
          Pipe other = Pipe.open();
          try (var writer = GeventFile.of(0, other.sink());
              var reader = GeventFile.of(other.source())) {
            writer.write(bytes("abc"));
            assertThat(reader.readSome(100)).asString(UTF_8).isEqualTo("abc"); // read1
            var rest = Gevent.spawn(() -> reader.read(4)); // read: all of it
            writer.write(bytes("de"));
            Gevent.sleep();
            assertThat(rest.isReady()).isFalse();
            writer.write(bytes("fg"));
            assertThat(rest.get()).asString(UTF_8).isEqualTo("defg");
          }
        });
  }

  @Test
  @Parity({"GE-C64", "GE-1.14.10"})
  void aPipeHasNoPlaceAndOneDirection() {
    run(
        () -> {
          Pipe pipe = Pipe.open();
          try (var writer = GeventFile.of(pipe.sink());
              var reader = GeventFile.of(pipe.source())) {
            assertThatThrownBy(() -> reader.position(0))
                .isExactlyInstanceOf(IOException.class)
                .hasMessageEndingWith("it cannot be moved; only a file can");
            assertThatThrownBy(reader::position)
                .hasMessageEndingWith("it has none; only a file has");
            assertThatThrownBy(() -> writer.read(1))
                .hasMessageEndingWith("this is the end that is written");
            reader.write(bytes("x"));
            assertThatThrownBy(reader::flush).hasMessageEndingWith("this is the end that is read");
          }
          assertThatThrownBy(() -> GeventFile.of(-1, Pipe.open().sink()))
              .hasMessage("GeventFile: buffer = -1 (expected >= 0)");
        });
  }

  // ---- files ---------------------------------------------------------------------------------

  @Test
  @Parity({"GE-1.14.10", "GE-1.14.11"})
  void aFileIsReadAndWrittenOnThreadsWhileOthersRun() {
    Path path = folder.resolve("a file");
    run(
        () -> {
          int[] turns = {0};
          var other =
              Gevent.spawn(
                  () -> {
                    while (true) {
                      turns[0]++;
                      Gevent.sleep();
                    }
                  });
          try (var file = GeventFile.open(path, CREATE, READ, WRITE)) {
            file.write(bytes("0123456789"));
            assertThat(Files.size(path)).isZero(); // it is in the buffer
            assertThat(file.position()).isEqualTo(10);
            file.position(2);
            assertThat(file.read(3)).asString(UTF_8).isEqualTo("234");
            assertThat(file.position()).isEqualTo(5);
            file.write(bytes("X")); // where the reader stands
            file.position(0);
            assertThat(file.readAll()).asString(UTF_8).isEqualTo("01234X6789");
            assertThat(file.read(1)).isEmpty();
          }
          other.kill();
          assertThat(turns[0]).isGreaterThan(5);
        });
  }

  @Test
  @Parity({"GE-1.14.12", "GE-C64"})
  void linesEndAsTheModeSays() throws IOException {
    Path path = folder.resolve("text");
    Files.write(path, "a\nb\rc\r\nd".getBytes(UTF_8));
    run(
        () -> {
          assertThat(lines(path, Newline.UNIVERSAL)).containsExactly("a\n", "b\n", "c\n", "d");
          assertThat(lines(path, Newline.ANY_KEPT)).containsExactly("a\n", "b\r", "c\r\n", "d");
          assertThat(lines(path, Newline.LF)).containsExactly("a\n", "b\rc\r\n", "d");
          assertThat(lines(path, Newline.CR)).containsExactly("a\nb\r", "c\r", "\nd");
          assertThat(lines(path, Newline.CRLF)).containsExactly("a\nb\rc\r\n", "d");
          try (var text = GeventFile.open(path, READ).text(UTF_8, Newline.UNIVERSAL)) {
            assertThat(text.read(3)).isEqualTo("a\nb");
            assertThat(text.readAll()).isEqualTo("\nc\nd");
          }
          try (var text = GeventFile.open(path, WRITE).text(ISO_8859_1, Newline.CRLF)) {
            text.write("\u00e4\n");
            text.flush();
          }
          assertThat(Files.readAllBytes(path)).startsWith(0xe4, '\r', '\n');
        });
  }

  private static List<String> lines(Path path, Newline newline) throws IOException {
    try (var text = GeventFile.open(path, READ).text(UTF_8, newline)) {
      var lines = new ArrayList<String>();
      for (String line = text.readLine(); !line.isEmpty(); line = text.readLine()) {
        lines.add(line);
      }
      return lines;
    }
  }

  // ---- channels ------------------------------------------------------------------------------

  @Test
  @Parity("GE-1.14.6")
  void nbWaitsForAChannelByTheLoop() {
    run(
        () -> {
          Pipe pipe = Pipe.open();
          assertThatThrownBy(() -> GeventOs.nbWrite(pipe.sink(), bytes("x")))
              .isInstanceOf(IllegalBlockingModeException.class);
          GeventOs.makeNonBlocking(pipe.sink());
          GeventOs.makeNonBlocking(pipe.source());
          var reader = Gevent.spawn(() -> GeventOs.nbRead(pipe.source(), 100));
          Gevent.sleep();
          assertThat(reader.isReady()).isFalse();
          assertThat(GeventOs.nbWrite(pipe.sink(), bytes("hello"))).isEqualTo(5);
          assertThat(reader.get()).asString(UTF_8).isEqualTo("hello");

          byte[] much = new byte[1 << 20];
          while (pipe.sink().write(ByteBuffer.wrap(much)) > 0) {}
          var writer = Gevent.spawn(() -> GeventOs.nbWrite(pipe.sink(), much));
          Gevent.sleep();
          assertThat(writer.isReady()).isFalse();
          GeventOs.nbRead(pipe.source(), 1 << 20);
          assertThat(writer.get()).isPositive();
          pipe.sink().close();
          while (GeventOs.nbRead(pipe.source(), 1 << 20).length > 0) {}
          pipe.source().close();
        });
  }

  @Test
  @Parity("GE-1.14.7")
  void tpReadsAndWritesOnThreads() {
    Path path = folder.resolve("tp");
    run(
        () -> {
          var names = new ArrayList<String>();
          try (FileChannel file = FileChannel.open(path, CREATE, READ, WRITE)) {
            assertThat(GeventOs.tpWrite(file, bytes("on a thread"))).isEqualTo(11);
            file.position(0);
            assertThat(GeventOs.tpRead(file, 4)).asString(UTF_8).isEqualTo("on a");
          }
          Gevent.hub().threadPool().apply(() -> names.add(Thread.currentThread().getName()));
          assertThat(names.getFirst()).startsWith("gevent-threadpool-");
          Pipe pipe = Pipe.open();
          var reader = Gevent.spawn(() -> GeventOs.tpRead(pipe.source(), 10)); // blocks a thread
          Gevent.sleep();
          assertThat(reader.isReady()).isFalse();
          GeventOs.tpWrite(pipe.sink(), bytes("x"));
          assertThat(reader.get()).hasSize(1);
          pipe.sink().close();
          pipe.source().close();
        });
  }

  // ---- faults --------------------------------------------------------------------------------

  @Test
  void aReadOfMoreThanThereIsTakesNoMoreRoomThanThat() throws IOException {
    Path path = Files.writeString(folder.resolve("five"), "small");
    run(
        () -> {
          try (var file = GeventFile.open(path, READ)) {
            assertThat(file.read(Integer.MAX_VALUE)).asString(UTF_8).isEqualTo("small");
          }
          try (var file = GeventFile.open(0, path, READ)) {
            assertThat(file.read(Integer.MAX_VALUE)).asString(UTF_8).isEqualTo("small");
          }
        });
  }

  @Test
  void aWrongBufferIsRefusedBeforeTheFileIsTouched() throws IOException {
    Path path = Files.writeString(folder.resolve("precious"), "precious");
    run(
        () ->
            assertThatThrownBy(() -> GeventFile.open(-1, path, WRITE, TRUNCATE_EXISTING))
                .isExactlyInstanceOf(IllegalArgumentException.class));
    assertThat(path).hasContent("precious");
  }

  @Test
  void aFileWhoseCallerWasKilledIsClosedWhenItIsOpen() throws IOException {
    Path own = Path.of("/proc/self/fd");
    assumeTrue(Files.isDirectory(own));
    Path path = Files.writeString(folder.resolve("left"), "x").toRealPath();
    run(
        () -> {
          ThreadPool threads = Gevent.hub().threadPool();
          threads.setMaxSize(1);
          var gate = new CountDownLatch(1);
          threads.spawn(
              () -> {
                gate.await();
                return null;
              });
          var opening = Gevent.spawn(() -> GeventFile.open(path, READ));
          Gevent.sleep(); // its job stands behind the gate
          opening.kill();
          gate.countDown();
          threads.join();
          var open = new ArrayList<Path>();
          try (var all = Files.newDirectoryStream(own)) {
            for (Path one : all) {
              try {
                open.add(Files.readSymbolicLink(one));
              } catch (IOException gone) {
                continue;
              }
            }
          }
          assertThat(open).doesNotContain(path);
        });
  }

  @Test
  void theWritesOfATextAreOneText() throws IOException {
    Path marked = folder.resolve("marked");
    Path pair = folder.resolve("pair");
    Path cut = folder.resolve("cut");
    run(
        () -> {
          try (var text = GeventFile.open(marked, CREATE, WRITE).text(UTF_16, Newline.LF)) {
            text.write("a");
            text.write("b");
          }
          try (var text = GeventFile.open(pair, CREATE, WRITE).text(UTF_8, Newline.LF)) {
            text.write("\ud83d");
            text.write("\ude00");
          }
          try (var text = GeventFile.open(cut, CREATE, WRITE).text(UTF_8, Newline.LF)) {
            text.write("x\ud83d");
          }
        });
    assertThat(Files.readAllBytes(marked)).isEqualTo("ab".getBytes(UTF_16));
    assertThat(pair).hasContent("\ud83d\ude00");
    assertThat(cut).hasContent("x?");
  }
}
