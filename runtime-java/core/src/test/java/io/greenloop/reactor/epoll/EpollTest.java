package io.greenloop.reactor.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.linux.ChannelInsides;
import io.greenloop.testing.FullMode;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What is particular to this engine; the rest is every engine's. */
@FullMode("epoll needs the flags of full mode")
@EnabledOnOs(OS.LINUX)
class EpollTest {
  @Test
  void aWaitInMillisecondsIsNeverCutShort() {
    assertThat(Epoll.toMillisRoundedUp(1)).isEqualTo(1);
    assertThat(Epoll.toMillisRoundedUp(1_000_000)).isEqualTo(1);
    assertThat(Epoll.toMillisRoundedUp(1_000_001)).isEqualTo(2);
    assertThat(Epoll.toMillisRoundedUp(TimeUnit.DAYS.toNanos(100))).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void theDescriptorOfAClosedChannelBelongsToNobodyElseUntilTheEngineLetGoOfIt()
      throws IOException {
    try (Reactor reactor = new EpollReactorProvider().open()) {
      SocketChannel watched = nonBlocking();
      int descriptor = ChannelInsides.descriptor(watched);
      reactor.update(watched, Reactor.CONNECT, "it");

      watched.close();
      assertThat(openedDescriptors(20)).doesNotContain(descriptor);

      reactor.poll(0, (attachment, ready) -> {});
      assertThat(openedDescriptors(20)).contains(descriptor);
    }
  }

  @Test
  void theDescriptorsOfAnEngineAreClosedWithIt() throws IOException {
    int before = openedDescriptors(1).getFirst();
    for (int i = 0; i < 10; i++) {
      Reactor reactor = new EpollReactorProvider().open();
      reactor.wakeup();
      reactor.close();
    }

    assertThat(openedDescriptors(1)).containsExactly(before);
  }

  /** The numbers that the system gives to the next channels. */
  private static List<Integer> openedDescriptors(int count) throws IOException {
    var opened = new ArrayList<SocketChannel>();
    var descriptors = new ArrayList<Integer>();
    for (int i = 0; i < count; i++) {
      SocketChannel each = nonBlocking();
      opened.add(each);
      descriptors.add(ChannelInsides.descriptor(each));
    }
    for (SocketChannel each : opened) {
      each.close();
    }
    return descriptors;
  }

  private static SocketChannel nonBlocking() throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.configureBlocking(false);
    return channel;
  }
}
