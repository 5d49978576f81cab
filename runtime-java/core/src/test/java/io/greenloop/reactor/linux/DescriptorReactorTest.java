package io.greenloop.reactor.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.ReadySink;
import io.greenloop.testing.FullMode;
import java.io.IOException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What the engines of Linux have in common. */
@FullMode("they need the flags of full mode")
@EnabledOnOs(OS.LINUX)
class DescriptorReactorTest {
  @Test
  void aCloseThatFailsLetsGoOfEverythingAllTheSame() throws IOException {
    new Failing().close(); // loads what is loaded once
    long before = eventDescriptors();
    Pipe kept = Pipe.open();
    Pipe closed = Pipe.open();
    try (var source = kept.source();
        var sink = kept.sink();
        var otherSink = closed.sink()) {
      kept.source().configureBlocking(false);
      closed.source().configureBlocking(false);
      var reactor = new Failing();
      reactor.update(source, Reactor.READ, "kept");
      reactor.update(closed.source(), Reactor.READ, "closed");
      closed.source().close();
      reactor.fails = true;

      assertThatThrownBy(reactor::close)
          .isInstanceOf(IOException.class)
          .hasMessage("close of the engine fails, on purpose of a test");
      reactor.close(); // has nothing to do

      assertThat(source.isRegistered()).isFalse();
      assertThat(eventDescriptors()).isEqualTo(before);
      assertThat(sink.isOpen() && otherSink.isOpen()).isTrue();
    }
  }

  private static long eventDescriptors() throws IOException {
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.filter(DescriptorReactorTest::isEventDescriptor).count();
    }
  }

  private static boolean isEventDescriptor(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().contains("eventfd");
    } catch (IOException e) {
      return false; // the listing's own, closed meanwhile
    }
  }

  /** Sees nothing, and cannot be closed. */
  private static final class Failing extends DescriptorReactor<Watched> {
    boolean fails;

    Failing() throws IOException {}

    @Override
    protected Watched newWatched(SelectableChannel channel) {
      return new Watched(channel) {};
    }

    @Override
    protected void add(Watched fresh) {}

    @Override
    protected void change(Watched known) {}

    @Override
    protected void forget(Watched gone) throws IOException {
      if (fails) {
        throw new IOException("forget fails, on purpose of a test");
      }
    }

    @Override
    protected int ask() {
      return 0;
    }

    @Override
    protected int await(long timeoutNanos) {
      return 0;
    }

    @Override
    protected int reportEvents(int found, ReadySink sink) {
      return 0;
    }

    @Override
    protected void closeEngine() throws IOException {
      if (fails) {
        throw new IOException("close of the engine fails, on purpose of a test");
      }
    }

    @Override
    public String name() {
      return "failing";
    }
  }
}
