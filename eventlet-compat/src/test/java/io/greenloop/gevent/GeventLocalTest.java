package io.greenloop.gevent;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GeventLocalTest {
  @Test
  @Parity({"GE-1.8.1", "GE-C43"})
  void eachGreenletHasAValueOfItsOwn(TestLoop t) {
    t.run(
        () -> {
          var made = new AtomicInteger();
          var local = GreenletLocal.withInitial(made::incrementAndGet);
          assertThat(local.get()).isEqualTo(1);
          local.set(10);
          var other =
              Gevent.spawn(
                  () -> {
                    int first = local.get();
                    local.set(20);
                    Gevent.sleep();
                    return first + local.get();
                  });
          assertThat(other.get()).isEqualTo(22);
          assertThat(local.get()).isEqualTo(10);
          local.remove();
          assertThat(local.get()).isEqualTo(3);
          assertThat(new GreenletLocal<String>().get()).isNull();
          local.set(7);
          assertThat(local.copy().get()).isEqualTo(7);
        });
  }

  @Test
  @Parity({"GE-1.8.1", "GE-C43"})
  void aValueGoesWithItsGreenlet(TestLoop t) {
    t.run(
        () -> {
          var local = GreenletLocal.withInitial(Object::new);
          for (int i = 0; i < 20; i++) {
            Gevent.spawn(() -> local.get()).join();
          }
          for (int i = 0; i < 100 && local.size() > 5; i++) {
            System.gc();
            Gevent.sleep();
          }
          assertThat(local.size()).isLessThanOrEqualTo(5);
        });
  }

  @Test
  @Parity({"GE-1.8.2", "GE-C43"})
  void theValuesOfAGreenletCanBeLookedAt(TestLoop t) {
    t.run(
        () -> {
          var local = GreenletLocal.named("request", () -> "none");
          var greenlet =
              Gevent.spawn(
                  () -> {
                    local.set("value");
                    Gevent.sleep();
                    Gevent.sleep();
                  });
          Gevent.sleep();
          var values = new ArrayList<String>();
          GreenletLocals.dump(greenlet).forEach((name, value) -> values.add(name + "=" + value));
          assertThat(values).contains("request=value");
          assertThat(GreenletLocals.dump(new Greenlet<>(() -> ""))).isEmpty();
        });
  }
}
