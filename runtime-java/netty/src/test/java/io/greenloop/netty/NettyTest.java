package io.greenloop.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.sync.Queue;
import io.greenloop.testing.RealTime;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.Timeout;
import io.netty.util.concurrent.Promise;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@RealTime
class NettyTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  /** Sends back what comes. */
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.writeAndFlush(message);
    }
  }

  /** Puts what comes into a queue, as text, with the thread that it came on. */
  private static final class Receiver extends ChannelInboundHandlerAdapter {
    final Queue<String> texts = new Queue<>();
    final List<Thread> threads = new ArrayList<>();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      threads.add(Thread.currentThread());
      var bytes = (ByteBuf) message;
      texts.tryPut(bytes.toString(UTF_8));
      bytes.release();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      texts.tryPut("closed");
    }
  }

  private static Channel serve(Netty netty, ChannelHandler handler) {
    return bound(
        new ServerBootstrap()
            .group(netty.group())
            .channel(NioServerSocketChannel.class)
            .childHandler(initializing(handler)));
  }

  private static Channel bound(ServerBootstrap bootstrap) {
    var binding = bootstrap.bind(ANY);
    Netty.await(binding);
    return binding.channel();
  }

  private static Channel connect(Netty netty, Channel server, ChannelHandler handler) {
    return connect(netty, (InetSocketAddress) server.localAddress(), handler);
  }

  private static Channel connect(Netty netty, InetSocketAddress address, ChannelHandler handler) {
    var connecting =
        new Bootstrap()
            .group(netty.group())
            .channel(NioSocketChannel.class)
            .handler(initializing(handler))
            .connect(address);
    Netty.await(connecting);
    return connecting.channel();
  }

  private static ChannelInitializer<Channel> initializing(ChannelHandler handler) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel.pipeline().addLast(handler);
      }
    };
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, UTF_8);
  }

  // ---- channels ------------------------------------------------------------------------------

  @Test
  void serverAndClientShareTheThreadOfTheLoop() {
    Aio.run(
        () -> {
          Netty netty = Netty.current();
          var receiver = new Receiver();
          Channel server = serve(netty, new Echo());
          Channel client = connect(netty, server, receiver);

          client.writeAndFlush(bytes("one"));
          assertThat(receiver.texts.get()).isEqualTo("one");
          Netty.await(client.writeAndFlush(bytes("two")));
          assertThat(receiver.texts.get()).isEqualTo("two");

          assertThat(receiver.threads).containsOnly(LoopThread.currentLoop().carrier()).hasSize(2);
          Netty.await(server.close());
          Netty.await(client.close());
          assertThat(receiver.texts.get()).isEqualTo("closed");
        });
  }

  @Test
  void whatDoesNotFitIsSentWhenTheOtherSideReads() {
    Aio.run(
        () -> {
          Netty netty = Netty.current();
          var receiver = new Receiver();
          Channel server = serve(netty, receiver);
          Channel client = connect(netty, server, new ChannelInboundHandlerAdapter());
          String text = "x".repeat(8 << 20);

          Netty.await(client.writeAndFlush(bytes(text)));
          client.close();

          int length = 0;
          for (String got = receiver.texts.get(); !got.equals("closed"); ) {
            length += got.length();
            got = receiver.texts.get();
          }
          assertThat(length).isEqualTo(text.length());
        });
  }

  @Test
  void readingCanBeTurnedOffAndOn() {
    Aio.run(
        () -> {
          Netty netty = Netty.current();
          var receiver = new Receiver();
          Channel server = serve(netty, new Echo());
          Channel client = connect(netty, server, receiver);
          client.config().setAutoRead(false);
          Netty.await(client.writeAndFlush(bytes("late")));
          Aio.sleep(Duration.ofMillis(20));
          assertThat(receiver.texts.size()).isZero();

          client.config().setAutoRead(true);
          assertThat(receiver.texts.get()).isEqualTo("late");
        });
  }

  @Test
  void datagramsComeAndGo() {
    Aio.run(
        () -> {
          Netty netty = Netty.current();
          var texts = new Queue<String>();
          Bootstrap bootstrap =
              new Bootstrap()
                  .group(netty.group())
                  .channel(NioDatagramChannel.class)
                  .handler(
                      new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext context, Object message) {
                          var packet = (DatagramPacket) message;
                          texts.tryPut(packet.content().toString(UTF_8));
                          packet.release();
                        }
                      });
          var binding = bootstrap.bind(ANY);
          Netty.await(binding);
          Channel socket = binding.channel();
          socket.writeAndFlush(
              new DatagramPacket(bytes("hello"), (InetSocketAddress) socket.localAddress()));
          assertThat(texts.get()).isEqualTo("hello");
        });
  }

  @Test
  void aNameIsLookedUpOnTheLoop() {
    Aio.run(
        () -> {
          Netty netty = Netty.current();
          InetSocketAddress found =
              Netty.await(
                  netty
                      .resolver()
                      .getResolver(netty.eventLoop())
                      .resolve(InetSocketAddress.createUnresolved("localhost", 80)));
          assertThat(found.getAddress().isLoopbackAddress()).isTrue();
        });
  }

  // ---- waiting -------------------------------------------------------------------------------

  @Test
  void whatAFutureFailsWithIsThrownAsItIs() throws Exception {
    int closed;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    Aio.run(
        () -> {
          var nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), closed);
          assertThatThrownBy(() -> connect(Netty.current(), nobody, new Echo()))
              .isInstanceOf(ConnectException.class);
        });
  }

  @Test
  void whoIsCancelledWhileItWaitsCancelsTheFuture() {
    Aio.run(
        () -> {
          Promise<String> promise = Netty.current().eventLoop().newPromise();
          Task<String> waiting = Aio.spawn(() -> Netty.await(promise));
          Aio.yieldNow();
          waiting.cancel();
          assertThatThrownBy(waiting::join).isInstanceOf(CancelledError.class);
          Aio.yieldNow();
          assertThat(promise.isCancelled()).isTrue();
        });
  }

  @Test
  void aFutureThatIsCancelledCancelsWhoWaits() {
    Aio.run(
        () -> {
          Promise<String> promise = Netty.current().eventLoop().newPromise();
          Task<String> waiting = Aio.spawn(() -> Netty.await(promise));
          Aio.yieldNow();
          promise.cancel(false);
          assertThatThrownBy(waiting::join).isInstanceOf(CancelledError.class);
        });
  }

  @Test
  void aFutureOfAnotherThreadIsWaitedForAsWell() {
    Aio.run(
        () -> {
          Promise<String> promise =
              io.netty.util.concurrent.GlobalEventExecutor.INSTANCE.newPromise();
          Thread.startVirtualThread(() -> promise.setSuccess("from afar"));
          assertThat(Netty.await(promise)).isEqualTo("from afar");
        });
  }

  @Test
  void aHandlerCannotWait() {
    Aio.run(
        () -> {
          Netty netty = Netty.current();
          Promise<String> never = netty.eventLoop().newPromise();
          var refused = netty.eventLoop().submit(() -> Netty.await(never));
          assertThatThrownBy(() -> Netty.await(refused)).isInstanceOf(IllegalStateException.class);
        });
  }

  // ---- tasks and timers ----------------------------------------------------------------------

  @Test
  void anotherThreadWakesTheLoopThatSleeps() {
    Aio.run(
        () -> {
          Netty netty = Netty.current();
          EventLoop loop = EventLoop.current();
          var told = loop.<String>newPromise();
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!LoopAsleep.is(loop)) {
                      Thread.onSpinWait();
                    }
                    netty.eventLoop().execute(() -> told.complete("awake"));
                  });
          assertThat(told.join()).isEqualTo("awake");
        });
  }

  @Test
  void aTimerOfNettysEndsTheSleep() {
    Aio.run(
        () -> {
          Netty netty = Netty.current();
          long start = System.nanoTime();
          Netty.await(netty.eventLoop().schedule(() -> "late", 30, TimeUnit.MILLISECONDS));
          assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(30_000_000);
        });
  }

  @Test
  void theTimerRunsCancelsAndStops() {
    Aio.run(
        () -> {
          Netty netty = Netty.current();
          var fired = new Queue<Timeout>();
          Timeout soon = netty.timer().newTimeout(fired::tryPut, 1, TimeUnit.MILLISECONDS);
          Timeout never = netty.timer().newTimeout(fired::tryPut, 1, TimeUnit.HOURS);
          Timeout left = netty.timer().newTimeout(fired::tryPut, 1, TimeUnit.HOURS);

          assertThat(fired.get()).isSameAs(soon);
          assertThat(soon.isExpired()).isTrue();
          assertThat(soon.cancel()).isFalse();
          assertThat(never.cancel()).isTrue();
          assertThat(never.isCancelled()).isTrue();
          assertThat(netty.timer().stop()).containsExactly(left);
          assertThatThrownBy(() -> netty.timer().newTimeout(fired::tryPut, 1, TimeUnit.HOURS))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("newTimeout: the timer was stopped");
          assertThat(fired.size()).isZero();
        });
  }

  @Test
  void whoWaitsForNothingAsksNobody() {
    Aio.run(
        () -> {
          Netty netty = Netty.current();
          Channel server = serve(netty, new Echo());
          Channel client = connect(netty, server, new Receiver());
          Aio.sleep(Duration.ofMillis(10));
          long before = LoopThread.currentLoop().poller().polls();
          Aio.sleep(Duration.ofMillis(100));
          assertThat(LoopThread.currentLoop().poller().polls() - before).isLessThanOrEqualTo(3);
          assertThat(client.isActive()).isTrue();
        });
  }

  // ---- ending --------------------------------------------------------------------------------

  @Test
  void theEndOfTheLoopClosesWhatIsOpen() {
    var channels = new ArrayList<Channel>();
    var netty = new ArrayList<Netty>();
    Aio.run(
        () -> {
          netty.add(Netty.current());
          channels.add(serve(netty.getFirst(), new Echo()));
          channels.add(connect(netty.getFirst(), channels.getFirst(), new Echo()));
        });
    assertThat(channels).noneMatch(Channel::isOpen);
    assertThat(netty.getFirst().eventLoop().isTerminated()).isTrue();
  }

  @Test
  void aShutdownEndsItAndTheNextCallBeginsAnew() {
    Aio.run(
        () -> {
          Netty first = Netty.current();
          assertThat(Netty.current()).isSameAs(first);
          Channel server = serve(first, new Echo());
          Netty.await(first.group().shutdownGracefully());
          assertThat(server.isOpen()).isFalse();

          Netty second = Netty.current();
          assertThat(second).isNotSameAs(first);
          assertThat(serve(second, new Echo()).isActive()).isTrue();
        });
  }
}
