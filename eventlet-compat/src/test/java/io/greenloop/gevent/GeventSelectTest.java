package io.greenloop.gevent;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

@RealTime
class GeventSelectTest {
  @Test
  @Parity({"GE-1.11.12", "GE-C63"})
  void selectGivesWhatIsReady() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var pair = Net.pair();
            try (var one = pair.get(0);
                var two = pair.get(1)) {
              var both = List.of(one.channel(), two.channel());
              assertThat(Select.select(both, List.of(), ofMillis(5)).isEmpty()).isTrue();
              var turn = Gevent.spawn(() -> t.note("others"));
              assertThat(Select.select(both, List.of(), Duration.ZERO).isEmpty()).isTrue();
              assertThat(turn.isReady()).isTrue();
              two.sendAll(new byte[1]);
              var ready = Select.select(both, List.of(two.channel()));
              assertThat(ready.writable()).containsExactly(two.channel());
              assertThat(Select.select(both, List.of()).readable()).containsExactly(one.channel());
              assertThatThrownBy(() -> Select.select(both, List.of(), ofMillis(-1)))
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessage("select: limit = PT-0.001S (expected >= 0)");
            }
          });
    }
  }

  @SuppressWarnings("try") // closes on purpose
  @Test
  @Parity({"GE-1.11.13", "GE-C63"})
  void pollAsksAgainAndAgain() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var pair = Net.pair();
            try (var one = pair.get(0);
                var two = pair.get(1)) {
              var poll = new Poll();
              poll.register(one.channel(), Loop.READ);
              assertThat(poll.poll(ofMillis(5))).isEmpty();
              poll.modify(one.channel(), Loop.READ | Loop.WRITE);
              assertThat(poll.poll()).containsExactly(new Poll.Ready(one.channel(), Loop.WRITE));
              two.sendAll(new byte[1]);
              poll.modify(one.channel(), Loop.READ);
              assertThat(poll.poll()).containsExactly(new Poll.Ready(one.channel(), Loop.READ));
              one.close();
              assertThat(poll.poll()).containsExactly(new Poll.Ready(one.channel(), Poll.INVALID));
              poll.unregister(one.channel());
              assertThatThrownBy(() -> poll.unregister(one.channel()))
                  .isInstanceOf(NoSuchElementException.class);
              assertThatThrownBy(() -> poll.modify(one.channel(), Loop.READ))
                  .isInstanceOf(NoSuchElementException.class);
            }
          });
    }
  }
}
