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
import java.util.ArrayList;
import java.util.List;
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

  @Test
  void aChangeThatTheSystemRefusesFailsItsChannelAndNoOther() throws IOException {
    Pipe refused = Pipe.open();
    Pipe other = Pipe.open();
    try (var source = refused.source();
        var otherSource = other.source();
        var sink = refused.sink();
        var otherSink = other.sink();
        var reactor = new Failing()) {
      source.configureBlocking(false);
      otherSource.configureBlocking(false);
      reactor.update(source, Reactor.READ, "refused");
      reactor.update(otherSource, Reactor.READ, "other");
      reactor.update(source, 0, null);
      reactor.update(source, Reactor.READ, "refused"); // once more: a change
      reactor.refuses = true;
      var told = new Told();

      assertThat(reactor.poll(Long.MAX_VALUE, told)).isEqualTo(1);

      assertThat(told.words).containsExactly("refused: change fails, on purpose of a test");
      assertThat(source.isRegistered()).isFalse();
      assertThat(otherSource.isRegistered()).isTrue();
      reactor.refuses = false;
      reactor.update(source, Reactor.READ, "once more");
      assertThat(source.isRegistered()).isTrue();
      assertThat(reactor.poll(0, told)).isZero();
      assertThat(sink.isOpen() && otherSink.isOpen()).isTrue();
    }
  }

  @Test
  void aChannelThatTheSystemDoesNotForgetIsLetGoAllTheSame() throws IOException {
    Pipe pipe = Pipe.open();
    try (var source = pipe.source();
        var sink = pipe.sink();
        var reactor = new Failing()) {
      source.configureBlocking(false);
      reactor.update(source, Reactor.READ, "a");
      reactor.update(source, 0, null);
      reactor.fails = true;

      assertThat(reactor.poll(0, new Told())).isZero();

      assertThat(source.isRegistered()).isFalse();
      assertThat(sink.isOpen()).isTrue();
      reactor.fails = false;
    }
  }

  /** Writes down what it is told. */
  private static final class Told implements ReadySink {
    final List<String> words = new ArrayList<>();

    @Override
    public void ready(Object attachment, int readyOps) {
      words.add(attachment + ": " + readyOps);
    }

    @Override
    public void refused(Object attachment, IOException cause) {
      words.add(attachment + ": " + cause.getMessage());
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
    boolean refuses;

    Failing() throws IOException {}

    @Override
    protected Watched newWatched(SelectableChannel channel) {
      return new Watched(channel) {};
    }

    @Override
    protected void add(Watched fresh) {}

    @Override
    protected void change(Watched known) throws IOException {
      if (refuses) {
        throw new IOException("change fails, on purpose of a test");
      }
    }

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
