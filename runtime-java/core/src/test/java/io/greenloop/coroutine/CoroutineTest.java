package io.greenloop.coroutine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.Parity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@Parity("GEN-21")
class CoroutineTest {
  private final List<String> trail = new ArrayList<>();

  private Coroutine<String, String> talk() {
    return Coroutine.of(
        "talk",
        self -> {
          try {
            String name = self.yieldValue("who are you?");
            String town = self.yieldValue("hello " + name + ", where from?");
            return name + " from " + town;
          } catch (IllegalArgumentException caught) {
            return "sorry: " + caught.getMessage();
          } finally {
            trail.add("cleanup");
          }
        });
  }

  @Test
  void itIsDrivenByHand() {
    try (var talk = talk()) {
      assertThat(talk.send(null)).isEqualTo("who are you?");
      assertThat(talk.send("Ann")).isEqualTo("hello Ann, where from?");
      assertThat(talk.isDone()).isFalse();
      assertThat(talk.send("York")).isEqualTo("Ann from York");
      assertThat(talk.isDone()).isTrue();
      assertThat(talk).hasToString("Coroutine[talk, finished]");
    }
  }

  @Test
  void theFirstSendTakesOnlyNull() {
    try (var talk = talk()) {
      assertThatThrownBy(() -> talk.send("early"))
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessage(
              "send to coroutine 'talk': a just-started coroutine takes only null;"
                  + " send null first");
      assertThat(talk.send(null)).isEqualTo("who are you?");
    }
  }

  @Test
  void aFinishedOneRefusesMore() {
    var talk = talk();
    talk.close();

    assertThatThrownBy(() -> talk.send(null))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("send to coroutine 'talk': it has finished");
    assertThatThrownBy(() -> talk.throwInto(new IOException("disk")))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("throwInto coroutine 'talk': it has finished");
    assertThat(trail).isEmpty();
  }

  @Test
  void errorsGoInAndOut() {
    var talk = talk();
    talk.send(null);
    assertThat(talk.throwInto(new IllegalArgumentException("disk"))).isEqualTo("sorry: disk");

    var error = new IllegalStateException("no");
    var other = talk();
    other.send(null);
    assertThat(catchThrowable(() -> other.throwInto(error))).isSameAs(error);
    assertThat(other.isDone()).isTrue();

    var unstarted = talk();
    assertThat(catchThrowable(() -> unstarted.throwInto(error))).isSameAs(error);
    assertThat(trail).containsExactly("cleanup", "cleanup");
  }

  @Test
  void closeRunsFinallyBlocks() {
    var talk = talk();
    talk.send(null);

    talk.close();
    talk.close();

    assertThat(trail).containsExactly("cleanup");
  }

  @Test
  void yieldingWhileItIsClosedIsRefused() {
    Coroutine<String, String> stubborn =
        Coroutine.of(
            self -> {
              try {
                return self.yieldValue("first");
              } catch (GeneratorExit ignored) {
                return self.yieldValue("again");
              }
            });
    stubborn.send(null);

    assertThatThrownBy(stubborn::close)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("coroutine ignored close");
    stubborn.close();
    assertThat(stubborn.isDone()).isTrue();
  }

  @Test
  void reentranceIsRefused() {
    var self = new AtomicReference<@Nullable Coroutine<String, String>>();
    Coroutine<String, String> loop = Coroutine.of("loop", y -> self.get().send(null));
    self.set(loop);

    assertThatThrownBy(() -> loop.send(null))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("coroutine 'loop' is already executing");
  }

  @Test
  void returningWhileItIsClosedIsAQuietEnd() {
    Coroutine<String, String> polite =
        Coroutine.of(
            self -> {
              try {
                return self.yieldValue("first");
              } catch (GeneratorExit exit) {
                return "bye";
              }
            });
    polite.send(null);

    polite.close();

    assertThat(polite.isDone()).isTrue();
  }
}
